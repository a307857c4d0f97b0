// Copying bytes out, checked before the first one is written.

extension ReadableBytes where Self: ~Copyable {
  /// Copies bytes out, from `offset` on, as many as `target` has.
  ///
  /// - Precondition: there are so many from `offset` on; otherwise nothing is written.
  /// - Complexity: O(bytes copied).
  @inlinable
  public borrowing func copyBytes(to target: inout MutableRawSpan, from offset: Int = 0) {
    let count = target.byteCount
    checkRange(offset: offset, count: count)
    let source = bytes(in: offset..<offset + count)
    unsafe target.withUnsafeMutableBytes { target in
      // As many bytes as the target has.
      unsafe source.withUnsafeBytes { source in unsafe target.copyMemory(from: source) }
    }
  }
}
