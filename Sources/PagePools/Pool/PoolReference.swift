// How pages and handles refer to a pool: a plain pointer to its control block, which costs no
// reference counting. It is valid as long as the handle lives or a page is out.

internal import Synchronization

/// A reference to a pool that ARC does not count.
///
/// Whoever holds one keeps a page of the pool, or its handle: either keeps the pool's memory
/// mapped. In a forked child it refers to a block of zeroes, which every method respects.
@safe
@frozen
@usableFromInline
package struct PoolReference: @unchecked Sendable {
  @usableFromInline
  package let pointer: UnsafeMutableRawPointer

  /// Refers to what has a head at `pointer`.
  @usableFromInline
  init(_ pointer: UnsafeMutableRawPointer) { unsafe self.pointer = pointer }

  /// Makes a pool of `memory` and refers to it. It is sealed still.
  @unsafe
  init(creating memory: PoolMemory) {
    precondition(
      MemoryLayout<PoolHead>.size <= PoolHead.byteCount
        && PoolControl.offset + MemoryLayout<PoolControl>.size <= PoolControl.stateOffset
        && PoolControl.stateOffset + MemoryLayout<PoolState>.size <= PoolControl.byteCount,
      "The control block is too small.")
    let control = unsafe memory.control
    unsafe pointer = control
    // The control memory is ours alone, large enough and page aligned. The mark comes last.
    let state = unsafe (control + PoolControl.stateOffset)
      .bindMemory(to: PoolState.self, capacity: 1)
    unsafe state.initialize(to: PoolState(memory))
    unsafe (control + PoolControl.offset).bindMemory(to: PoolControl.self, capacity: 1)
      .initialize(to: PoolControl(memory))
    unsafe control.bindMemory(to: PoolHead.self, capacity: 1)
      .initialize(to: PoolHead(method: state.pointee.caches.method, caches: memory.caches))
  }

  /// The control block behind its head: fields that never change, or are atomic. None of it may be
  /// used in a forked child.
  @unsafe
  @inline(__always)
  var control: UnsafeMutablePointer<PoolControl> {
    // Bound in init(creating:), and valid as the type's contract says.
    unsafe (pointer + PoolControl.offset).assumingMemoryBound(to: PoolControl.self)
  }

  /// The state, to be used with the lock held.
  @unsafe
  @inline(__always)
  var state: UnsafeMutablePointer<PoolState> {
    // Bound in init(creating:), and valid as the type's contract says.
    unsafe (pointer + PoolControl.stateOffset).assumingMemoryBound(to: PoolState.self)
  }

  /// Whether the pool belongs to this process, not to one that it was forked from.
  @inline(__always)
  package var isOwnedByThisProcess: Bool {
    // The mark is atomic and in the head of memory that is never unmapped.
    unsafe serving.head.pointee.mark.load(ordering: .relaxed) != 0
  }

  /// Runs `body` with the pool's lock held.
  @inline(__always)
  func withLock<R: ~Copyable, E: Error>(_ body: (inout PoolState) throws(E) -> R) throws(E) -> R {
    unsafe control.pointee.lock.acquire()
    // The state is guarded by the lock that is held now; nobody else refers to it.
    defer {
      if unsafe state.pointee.waiting.needsService {
        releaseToWaiting()
      } else {
        unsafe control.pointee.lock.release()
      }
    }
    return try unsafe body(&state.pointee)
  }

  /// The number of pages that are reserved for the pool.
  package var pageCount: Int { unsafe control.pointee.pageCount }  // never changes

  /// The first byte of page 0 of a pool; not for a client's account, see ``serving``.
  @unsafe
  package var base: UnsafeMutableRawPointer { unsafe control.pointee.base }  // never changes

  /// The frame of one of a pool's pages; not for a client's account, see ``serving``.
  @unsafe
  package func frame(at address: UnsafeMutableRawPointer) -> Int {
    // Both are addresses in one region, the page's not below the region's.
    unsafe (address - base) >> PagePool.pageShift
  }

  var statistics: StatisticsBlock { unsafe control.pointee.statistics }  // never changes
  var dirty: FrameBitmap { unsafe control.pointee.dirty }  // never changes
  var raw: FrameBitmap { unsafe control.pointee.raw }  // never changes
  var heads: FrameBitmap { unsafe control.pointee.heads }  // never changes
  var absent: FrameBitmap { unsafe control.pointee.absent }  // never changes
  var parts: PartCounts { unsafe control.pointee.parts }  // never changes
  var backing: PoolBacking { unsafe control.pointee.backing }  // never changes
}
