// The owner of bytes: an IOPage with offsets. A value of three words that the compiler does not copy:
//
//   pool    a plain pointer to the pool's control block, not counted; nothing for an empty one
//   start   the first byte
//   count   the number of bytes (`storedCount`, which callers may inline and not change)
//
//      page 7            page 8            page 9
//   +-----------------+-----------------+-----------------+
//   |     [=== first ========][========= second ====]     |
//   +-----------------+-----------------+-----------------+
//         ^ start                       ^ start + count
//
// A buffer owns those pages in which it has bytes. Here page 8 has two parts, one of each buffer, and
// goes back with the second of them that is dropped; the bytes before the first buffer and behind
// the second belonged to parts that are gone, and nobody can reach them any more. A split inside a
// page counts one part more in the pool's side tables; a split between pages counts nothing, and
// neither does a buffer that begins and ends with a page when it is dropped.

public import PagePools

/// Bytes in pages, owned by one value that may change them: the unique one of the two buffers.
///
/// What `Cstruct` is for Mirage's `Io_page`, with an owner. It is made from an ``IOPage`` at no cost,
/// split into disjoint parts, narrowed from either end, joined again, and sent to other threads or
/// tasks. Dropping it on any thread gives back the pages in which no other buffer has a part.
/// ``freeze()`` makes a ``SharedPageBuffer`` of it, which can be copied and not changed.
///
/// In a forked child, a buffer of the parent gives nothing back when it is dropped; its bytes are
/// there only if the region was not excluded from forks.
@safe
@frozen
public struct PageBuffer: ~Copyable, @unchecked Sendable {
  // Sendable: the bytes have one owner, and pools may be used from any thread.
  @usableFromInline
  package var pool: PoolReference
  @usableFromInline
  package var start: UnsafeMutableRawPointer
  @usableFromInline
  var storedCount: Int

  /// Owns `count` bytes at `start`, which the caller has just got.
  @unsafe
  @inlinable
  package init(at start: UnsafeMutableRawPointer, count: Int, of pool: PoolReference) {
    self.pool = pool
    unsafe self.start = start
    storedCount = count
  }

  /// An empty buffer, which owns no page.
  @inlinable
  public init() {
    // The address is never used; it is that of a page, so that an empty page can be made of it.
    unsafe self.init(at: PoolReference.none.pointer, count: 0, of: .none)
  }

  /// Owns the bytes of a page, or of several ones next to each other.
  ///
  /// - Complexity: O(1), and no work at all.
  @inlinable
  @inline(__always)
  public init(_ page: consuming IOPage) {
    // The bytes are the page's, which gives them up.
    unsafe self.init(at: page.address, count: page.byteCount, of: page.pool)
    page.relinquish()
  }

  @inlinable
  @inline(__always)
  deinit {
    // An empty buffer may outlive its pool: it must not look at it.
    guard count > 0 else { return }
    if unsafe UInt(bitPattern: start) & PageBuffer.pageMask == 0,
      UInt(bitPattern: count) & PageBuffer.pageMask == 0
    {
      // Whole pages, which have no other parts.
      unsafe pool.free(start, pageCount: count &>> PagePool.pageShift)
    } else {
      giveBack()
    }
  }
}

extension PageBuffer: WritableBytes {
  /// The number of bytes. O(1).
  @inlinable
  public var count: Int { storedCount }

  /// Whether there are no bytes at all. O(1).
  @inlinable
  public var isEmpty: Bool { count == 0 }

  /// The bytes, to read.
  ///
  /// - Complexity: O(1).
  @inlinable
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // The bytes are mapped and owned by `self`, which the span borrows.
      let span = unsafe RawSpan(_unsafeStart: start, byteCount: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The address of the first byte. It may be used while this value owns the bytes, no longer.
  ///
  /// - Complexity: O(1).
  @unsafe
  @inlinable
  public var baseAddress: UnsafeMutableRawPointer { unsafe start }

  /// The distance of the first byte from the start of its region, in bytes: what devices and rings
  /// that know the whole region use as an address. 0 for an empty one.
  ///
  /// - Precondition: the pool belongs to this process.
  /// - Complexity: O(1).
  public var regionOffset: Int {
    guard !isEmpty else { return 0 }
    precondition(pool.isOwnedByThisProcess, "The buffer belongs to the parent process.")
    // Both are addresses in one region, the buffer's not below the region's.
    return unsafe start - pool.serving.base
  }
}
