// Making a buffer smaller. Pages that are left without bytes go back at once. Buffers only narrow:
// what was given up may belong to somebody else.

extension PageBuffer {
  /// Gives up the first `length` bytes.
  ///
  /// - Precondition: `length` is in `0...count`.
  /// - Complexity: O(1), and a free of the pages that are left without bytes.
  @inlinable
  public mutating func removeFirst(_ length: Int) {
    precondition(length >= 0 && length <= count, "The buffer does not have so many bytes.")
    if length == count { return removeAll() }
    // In bounds, as was just checked.
    let first = unsafe start + length
    if unsafe PageBuffer.isPageBorder(between: start, and: first) { giveBack(first: length) }
    unsafe start = first
    storedCount &-= length
  }

  /// Gives up the last `length` bytes.
  ///
  /// - Precondition: `length` is in `0...count`.
  /// - Complexity: O(1), and a free of the pages that are left without bytes.
  @inlinable
  public mutating func removeLast(_ length: Int) {
    precondition(length >= 0 && length <= count, "The buffer does not have so many bytes.")
    if length == count { return removeAll() }
    // In bounds, as was just checked: the last bytes before and after.
    let last = unsafe start + (count &- 1)
    if unsafe PageBuffer.isPageBorder(between: last - length, and: last) { giveBack(last: length) }
    storedCount &-= length
  }

  /// Keeps some of the bytes and gives up the others.
  ///
  /// - Parameter range: offsets of the bytes to keep.
  /// - Precondition: the bounds are in `0...count`.
  /// - Complexity: O(1), and a free of the pages that are left without bytes.
  @inlinable
  public consuming func extracting(_ range: Range<Int>) -> PageBuffer {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "The range lies outside of the buffer.")
    removeLast(count &- range.upperBound)
    removeFirst(range.lowerBound)
    return self
  }

  /// Gives up all bytes. Out of line: a client narrows far more often than it ends a buffer.
  @usableFromInline
  @inline(never)
  mutating func removeAll() { self = PageBuffer() }

  /// Whether two addresses lie in different pages.
  @unsafe
  @inlinable
  static func isPageBorder(
    between first: UnsafeMutableRawPointer, and second: UnsafeMutableRawPointer
  ) -> Bool {
    (UInt(bitPattern: first) ^ UInt(bitPattern: second)) > pageMask
  }
}
