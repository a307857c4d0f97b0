// The handle of a pool. Pages do not refer to it: they hold a plain pointer to the control block,
// so that taking and dropping a page touches no reference count. Dropping the handle closes the
// pool; its memory is let go when the last page is back.

/// A thread-safe supply of 4 KiB pages out of one region of memory.
///
/// All methods may be called from any thread. Pages outlive the handle: when it is gone, nothing
/// new can be allocated, and the memory is given back together with the last page.
///
/// In a forked child, the parent's pools refuse every request with ``OutOfMemory/Reason/notOwner``
/// and ignore pages that are dropped.
public final class PagePool: Sendable {
  /// The pool, as pages refer to it.
  @usableFromInline
  package let reference: PoolReference

  /// The size of a page in bytes.
  @inlinable
  public static var pageSize: Int { 1 << pageShift }

  /// The binary logarithm of the page size.
  @inlinable
  package static var pageShift: Int { 12 }

  /// The bytes of memory that ``PoolMemory/control`` must have.
  public static let controlByteCount = PoolControl.byteCount

  /// The bytes of memory that ``PoolMemory/sideTables`` must have.
  ///
  /// - Precondition: `pageCount` is in `1...2^35`, `largestOrder` in `0...35`.
  /// - Complexity: O(levels). Any thread.
  public static func sideTableByteCount(pageCount: Int, largestOrder: Int) -> Int {
    SideTableLayout(frameCount: pageCount, largestOrder: largestOrder).byteCount
  }

  /// The bytes of memory that ``PoolMemory/statistics`` must have. O(1), any thread.
  public static func statisticsByteCount(processorCount: Int) -> Int {
    StatisticsBlock.byteCount(processorCount: processorCount)
  }

  /// The bytes of memory that ``PoolMemory/caches`` must have: 16 KiB for each processor, of which
  /// only what is used is touched. O(1), any thread.
  public static func cacheByteCount(processorCount: Int) -> Int {
    ProcessorCache.byteCount * max(processorCount, 1)
  }

  /// The bytes of memory that ``PoolMemory/frameNotes`` must have: 8 for each page, of which only what
  /// is used is touched. O(1), any thread.
  public static func frameNotesByteCount(pageCount: Int) -> Int {
    FrameNotes.byteCount(frameCount: pageCount)
  }

  /// Makes a pool over memory that the caller provides.
  ///
  /// - Precondition: `memory` is as ``PoolMemory`` says; `availablePageCount` is in
  ///   `0...pageCount`, and `base` is aligned to the largest block.
  /// - Complexity: O(available pages / largest block), without touching the pages.
  @unsafe
  public init(memory: PoolMemory) {
    let alignment = unsafe UInt(PagePool.pageSize) << UInt(memory.largestOrder)
    let address = unsafe UInt(bitPattern: memory.base)
    precondition(
      address & (alignment - 1) == 0, "A pool's base must be aligned to its largest block.")
    precondition(
      unsafe memory.availablePageCount >= 0 && memory.availablePageCount <= memory.pageCount,
      "A pool's available pages must be in 0...pageCount.")
    // The caller vouches for the memory.
    unsafe reference = PoolReference(creating: memory)
    unsafe reference.extend(to: memory.availablePageCount)
  }

  deinit { reference.close() }

  /// Registers a closure that is asked to give pages back before a request fails.
  ///
  /// It is called on the thread that needs the pages, with no lock held, one call at a time for
  /// each pool. It may allocate from the pool, but such a request never asks reclaimers again. A
  /// closure that refers to the pool keeps it alive until the token is dropped. It must not wait
  /// for another thread that may itself be waiting for pages, and not allocate from another pool
  /// whose reclaimers allocate from this one, unless the two are in one set: each could be waiting
  /// for the other's round.
  ///
  /// - Parameter reclaim: gets the request, returns the number of pages that it has given back.
  /// - Returns: the token that keeps the closure registered. Dropping it waits for a running call.
  /// - Complexity: O(reclaimers). Any thread.
  public func onPressure(
    _ reclaim: @escaping @Sendable (PressureRequest) -> Int
  ) -> PressureToken {
    let reclaimer = Reclaimer(reclaim)
    if reference.isOwnedByThisProcess {
      reference.withLock { state in
        state.reclaimers.removeAll { $0.isCancelled }
        state.reclaimers.append(reclaimer)
      }
    }
    return PressureToken(reclaimer, of: reference)
  }
}
