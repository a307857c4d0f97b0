// Copying and filling. Every call checks all of its bounds before it writes the first byte; the
// `string_blit` of Mirage's Io_page writes a prefix first.

internal import CPageMemory

extension WritableBytes where Self: ~Copyable {
  /// Copies bytes to `offset`.
  ///
  /// - Parameters:
  ///   - source: the bytes; none is allowed.
  ///   - offset: where they go, in bytes from the start.
  /// - Precondition: they fit; otherwise nothing is written.
  /// - Complexity: O(bytes).
  @inlinable
  public mutating func copyBytes(from source: RawSpan, at offset: Int = 0) {
    checkRange(offset: offset, count: source.byteCount)
    unsafe source.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      // In bounds, as was just checked.
      unsafe (baseAddress + offset).copyMemory(from: start, byteCount: source.count)
    }
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
  @inlinable
  public mutating func copyBytes(from source: Span<UInt8>, at offset: Int = 0) {
    // Bytes have no representation but themselves.
    unsafe copyBytes(from: source.bytes, at: offset)
  }

  /// Copies the bytes of a sequence to `offset`.
  ///
  /// - Parameters:
  ///   - source: the bytes; none is allowed. A sequence that does not keep them next to each other
  ///     is gone through, and kept in an array, before the first of them is written.
  ///   - offset: where they go, in bytes from the start.
  /// - Precondition: they fit; otherwise nothing is written.
  /// - Complexity: O(bytes).
  @inlinable
  public mutating func copyBytes(from source: some Sequence<UInt8>, at offset: Int = 0) {
    let isCopied: Void? = source.withContiguousStorageIfAvailable { source in
      // The buffer is valid inside the closure, which copies it.
      unsafe copyBytes(from: UnsafeRawBufferPointer(source).bytes, at: offset)
    }
    if isCopied == nil {
      let bytes = Array(source)
      copyBytes(from: bytes.span, at: offset)
    }
  }

  /// Copies some of the bytes to another place among them; both places may overlap.
  ///
  /// - Parameters:
  ///   - range: offsets of the bytes to copy.
  ///   - offset: where they go, in bytes from the start.
  /// - Precondition: both places are among the bytes; otherwise nothing is written.
  /// - Complexity: O(bytes copied).
  @inlinable
  public mutating func moveBytes(in range: Range<Int>, to offset: Int) {
    checkRange(offset: range.lowerBound, count: range.count)
    checkRange(offset: offset, count: range.count)
    // In bounds, as was just checked; copyMemory allows for overlaps.
    unsafe (baseAddress + offset).copyMemory(
      from: baseAddress + range.lowerBound, byteCount: range.count)
  }

  /// Sets all bytes to `byte`.
  ///
  /// - Complexity: O(bytes).
  @inlinable
  public mutating func fill(with byte: UInt8) { fill(0..<bytes.byteCount, with: byte) }

  /// Sets the bytes of a range to `byte`.
  ///
  /// - Precondition: the range is among the bytes.
  /// - Complexity: O(bytes).
  @inlinable
  public mutating func fill(_ range: Range<Int>, with byte: UInt8) {
    checkRange(offset: range.lowerBound, count: range.count)
    // In bounds, as was just checked.
    unsafe fillMemory(baseAddress + range.lowerBound, byte, count: range.count)
  }
}

/// Sets `count` bytes, which the caller owns.
@unsafe
@usableFromInline
func fillMemory(_ start: UnsafeMutableRawPointer, _ byte: UInt8, count: Int) {
  guard count > 0 else { return }
  unsafe page_memory_fill(start, Int32(byte), count)
}
