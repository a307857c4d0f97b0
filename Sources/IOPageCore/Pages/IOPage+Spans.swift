// The bytes of a page as spans: bounds are checked, and the compiler sees to it that no span
// outlives its page or overlaps a change. What all bytes can do is in the folder Bytes.

extension IOPage: WritableBytes {
  /// The bytes, to read. What Mirage's `to_cstruct` and `get_buf` give, without a second owner.
  ///
  /// - Complexity: O(1).
  @inlinable
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // The pages are mapped and owned by `self`, which the span borrows.
      let span = unsafe RawSpan(_unsafeStart: address, byteCount: pageCount &<< PagePool.pageShift)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The bytes of one of the pages, to read: a view like those of Mirage's `to_pages`, which
  /// cannot outlive the block instead of pinning it.
  ///
  /// - Parameter index: the page, counted from the run's first.
  /// - Precondition: `index` is in `0..<pageCount`.
  /// - Complexity: O(1).
  @_lifetime(borrow self)
  public borrowing func bytes(ofPage index: Int) -> RawSpan {
    precondition(index >= 0 && index < pageCount, "There is no such page in the run.")
    return bytes.extracting(index << PagePool.pageShift..<(index + 1) << PagePool.pageShift)
  }
}
