// The owner of pages. A value of three words that the compiler does not copy:
//
//   pool       a plain pointer to the pool's control block, not counted
//   address    the first byte
//   pageCount  0 for an empty one
//
// Dropping it gives the pages back; passing it on passes the ownership on. Use after free and
// double free do not compile, and no reference count is touched on the way.

public import PagePools

/// A run of whole 4 KiB pages next to each other, owned by one value.
///
/// `IOPage` follows the `Io_page` of Mirage OS. Its contents are reached through ``bytes`` and
/// ``mutableBytes``, or through the methods that copy, fill, load and store. It can be sent to
/// another thread or task; dropping it on any thread gives its pages back.
///
/// In a forked child, a page of the parent gives nothing back when it is dropped; its bytes are
/// there only if the region was not excluded from forks.
@safe
@frozen
public struct IOPage: ~Copyable, @unchecked Sendable {
  // Sendable: the pages have one owner, and pools may be used from any thread.
  @usableFromInline
  package let pool: PoolReference
  @usableFromInline
  package let address: UnsafeMutableRawPointer
  /// The number of pages; 0 for an empty one.
  public let pageCount: Int

  /// The size of one page in bytes, fixed at compile time. Regions cannot be opened on a kernel
  /// with other pages.
  public static var pageSize: Int { PagePool.pageSize }

  /// Owns `frames`, which the caller has just got from `pool`, or none.
  package init(_ frames: Range<Int>, of pool: PoolReference) {
    // What an empty page refers to is never looked at, but compared.
    let serving = pool.serving
    self.pool = frames.isEmpty ? serving : pool
    // In bounds: the frames are the pool's.
    unsafe address = serving.base + frames.lowerBound << PagePool.pageShift
    pageCount = frames.count
  }

  /// Owns the pages at `address`, which the caller has just got from `pool`.
  @unsafe
  @inlinable
  package init(at address: UnsafeMutableRawPointer, pageCount: Int, of pool: PoolReference) {
    self.pool = pool
    unsafe self.address = address
    self.pageCount = pageCount
  }

  @inlinable
  @inline(__always)
  deinit {
    // An empty page may outlive its pool: it must not look at it.
    if pageCount > 0 { unsafe pool.free(address, pageCount: pageCount) }
  }

  /// Gives up the ownership without giving the pages back: somebody else has it now.
  @inlinable
  consuming func relinquish() { discard self }

  /// The pages as the pool numbers them. The page is not empty.
  package var frames: Range<Int> {
    let first = unsafe pool.serving.frame(at: address)  // a page of that pool
    return first..<first + pageCount
  }
}

extension IOPage {
  /// The length in bytes, a multiple of ``pageSize``. O(1).
  public var byteCount: Int { pageCount << PagePool.pageShift }

  /// Whether there are no pages at all.
  public var isEmpty: Bool { pageCount == 0 }

  /// The number of the first page within its region, from 0; 0 for an empty one.
  ///
  /// Mirage's `get_page` is documented as the address modulo the page size and computes the
  /// address divided by it; this is the quotient, counted from the start of the region.
  ///
  /// - Precondition: the pool belongs to this process.
  /// - Complexity: O(1).
  public var pageNumber: Int {
    guard !isEmpty else { return 0 }
    precondition(pool.isOwnedByThisProcess, "The page belongs to the parent process.")
    return frames.lowerBound
  }

  /// The distance of the first byte from the start of its region, in bytes: what devices and
  /// rings that know the whole region use as an address. 0 for an empty one.
  ///
  /// - Precondition: the pool belongs to this process.
  /// - Complexity: O(1).
  public var regionOffset: Int { pageNumber << PagePool.pageShift }

  /// The address of the first byte. It may be used while this value owns the pages, no longer.
  ///
  /// - Complexity: O(1).
  @unsafe
  @inlinable
  public var baseAddress: UnsafeMutableRawPointer { unsafe address }

  /// Whether the pages come from `pool`, through a client's view of it or not. O(1).
  public func isFrom(_ pool: PagePool) -> Bool {
    let origin = isEmpty ? self.pool : self.pool.serving
    return unsafe origin.pointer == pool.reference.pointer
  }
}
