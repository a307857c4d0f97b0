// Copying one run over another. What all bytes can do is in Bytes/WritableBytes+Copying.swift.

extension IOPage {
  /// Copies the bytes of another page over this one's: Mirage's `blit`.
  ///
  /// - Precondition: both have the same length.
  /// - Complexity: O(bytes).
  public mutating func copyBytes(from other: borrowing IOPage) {
    precondition(other.pageCount == pageCount, "Both pages must have the same length.")
    copyBytes(from: other.bytes)
  }
}
