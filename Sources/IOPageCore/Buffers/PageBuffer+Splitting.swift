// Taking a buffer apart. The parts are owners like any other; no part pins a page in which it has no
// bytes. Between pages a split is arithmetic; inside a page it counts one part more.

public import PagePools

/// The two parts of a buffer that was split.
@frozen
public struct PageBufferHalves: ~Copyable {
  /// The bytes below the split.
  public var head: PageBuffer
  /// The bytes from the split on.
  public var tail: PageBuffer

  @inlinable
  init(head: consuming PageBuffer, tail: consuming PageBuffer) {
    self.head = head
    self.tail = tail
  }
}

extension PageBuffer {
  /// Splits the buffer in two; either part may be empty.
  ///
  /// - Parameter offset: the number of bytes of the first part.
  /// - Precondition: `offset` is in `0...count`.
  /// - Complexity: O(1): one atomic operation if the split lies inside a page, and the pool's
  ///   lock if that page has more than 127 parts.
  @inlinable
  public consuming func split(at offset: Int) -> PageBufferHalves {
    let head = takeFirst(offset)
    return PageBufferHalves(head: head, tail: self)
  }

  /// Cuts the first `length` bytes off and returns them; the buffer keeps the others.
  ///
  /// - Precondition: `length` is in `0...count`.
  /// - Complexity: O(1): one atomic operation if the cut lies inside a page, and the pool's
  ///   lock if that page has more than 127 parts.
  @inlinable
  public mutating func takeFirst(_ length: Int) -> PageBuffer {
    precondition(length >= 0 && length <= count, "The buffer does not have so many bytes.")
    if length == 0 { return PageBuffer() }
    if length == count { return takeAll() }
    // In bounds, as was just checked; the two parts do not overlap.
    let cut = unsafe start + length
    unsafe countPart(at: cut)
    let head = unsafe PageBuffer(at: start, count: length, of: pool)
    unsafe start = cut
    storedCount &-= length
    return head
  }

  /// Cuts the last `length` bytes off and returns them; the buffer keeps the others.
  ///
  /// - Precondition: `length` is in `0...count`.
  /// - Complexity: O(1): one atomic operation if the cut lies inside a page, and the pool's
  ///   lock if that page has more than 127 parts.
  @inlinable
  public mutating func takeLast(_ length: Int) -> PageBuffer {
    precondition(length >= 0 && length <= count, "The buffer does not have so many bytes.")
    if length == 0 { return PageBuffer() }
    if length == count { return takeAll() }
    // In bounds, as was just checked; the two parts do not overlap.
    let cut = unsafe start + (count &- length)
    unsafe countPart(at: cut)
    let tail = unsafe PageBuffer(at: cut, count: length, of: pool)
    storedCount &-= length
    return tail
  }

  /// Appends the bytes of `next`, if they lie right behind these in memory and come from the same
  /// pool, or view of it: parts that were split can be joined again, in any order.
  ///
  /// - Parameter next: the bytes to append. It is empty if they were; otherwise it is unchanged.
  /// - Returns: whether they were.
  /// - Complexity: O(1): one atomic operation if the seam lies inside a page, and the pool's
  ///   lock if that page has more than 127 parts.
  @inlinable
  public mutating func join(_ next: inout PageBuffer) -> Bool {
    if next.isEmpty { return true }
    if isEmpty {
      swap(&self, &next)
      return true
    }
    guard unsafe start + count == next.start, unsafe pool.pointer == next.pool.pointer
    else { return false }
    if unsafe PageBuffer.isInsidePage(next.start) {
      // Both have a part of this page, which makes one of them.
      let wasLast = unsafe pool.removePart(at: next.start)
      precondition(!wasLast, "A page of two buffers must have two parts.")
    }
    storedCount &+= next.count
    next.relinquish()
    return true
  }

  /// Takes everything: this buffer is empty afterwards.
  @inlinable
  mutating func takeAll() -> PageBuffer {
    let all = unsafe PageBuffer(at: start, count: count, of: pool)
    relinquish()
    return all
  }

  /// Becomes empty without giving anything back: somebody else has the bytes now.
  @inlinable
  mutating func relinquish() {
    pool = .none
    unsafe start = PoolReference.none.pointer
    storedCount = 0
  }

  /// Counts one part more, if a cut lies inside a page.
  @unsafe
  @inlinable
  @inline(__always)
  func countPart(at cut: UnsafeMutableRawPointer) {
    // The cut lies in a page of this buffer.
    if unsafe PageBuffer.isInsidePage(cut) { unsafe pool.addPart(at: cut) }
  }
}
