// Copying and filling. Every call checks all of its bounds before it writes the first byte; the
// `string_blit` of Mirage writes a prefix first.

internal import CPageMemory

extension IOPage {
  /// Copies the bytes of another page over this one's: Mirage's `blit`.
  ///
  /// - Precondition: both have the same length.
  /// - Complexity: O(bytes).
  public mutating func copyBytes(from other: borrowing IOPage) {
    precondition(other.pageCount == pageCount, "Both pages must have the same length.")
    copyBytes(from: other.bytes)
  }

  /// Copies bytes to `offset`.
  ///
  /// For a part of a text, as in Mirage's `string_blit`:
  /// `page.copyBytes(from: text.utf8.span.extracting(first..<last), at: offset)`.
  ///
  /// - Parameters:
  ///   - source: the bytes; none is allowed.
  ///   - offset: where they go, in bytes from the start.
  /// - Precondition: they fit; otherwise nothing is written.
  /// - Complexity: O(bytes).
  public mutating func copyBytes(from source: Span<UInt8>, at offset: Int = 0) {
    // Bytes have no representation but themselves.
    unsafe copyBytes(from: source.bytes, at: offset)
  }

  /// Copies bytes to `offset`.
  ///
  /// - Parameters:
  ///   - source: the bytes; none is allowed.
  ///   - offset: where they go, in bytes from the start.
  /// - Precondition: they fit; otherwise nothing is written.
  /// - Complexity: O(bytes).
  public mutating func copyBytes(from source: RawSpan, at offset: Int = 0) {
    checkRange(offset: offset, count: source.byteCount)
    unsafe source.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      // In bounds, as was just checked.
      unsafe (address + offset).copyMemory(from: start, byteCount: source.count)
    }
  }

  /// Sets all bytes to `byte`.
  ///
  /// - Complexity: O(bytes).
  public mutating func fill(with byte: UInt8) { fill(0..<byteCount, with: byte) }

  /// Sets the bytes of a range to `byte`.
  ///
  /// - Precondition: the range lies in the page.
  /// - Complexity: O(bytes).
  public mutating func fill(_ range: Range<Int>, with byte: UInt8) {
    checkRange(offset: range.lowerBound, count: range.count)
    guard !range.isEmpty else { return }
    // In bounds, as was just checked.
    unsafe page_memory_fill(address + range.lowerBound, Int32(byte), range.count)
  }

  /// Traps unless `count` bytes from `offset` lie in the page.
  @inlinable
  func checkRange(offset: Int, count: Int) {
    precondition(
      offset >= 0 && count >= 0 && offset <= byteCount && count <= byteCount - offset,
      "The bytes reach outside of the page.")
  }
}
