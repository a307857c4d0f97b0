// From bytes to pages: Mirage's `round_to_page_size`, with overflow and negative counts refused.

extension IOPage {
  /// The number of pages that `byteCount` bytes need: 0 for 0, 1 for 1, 1 for 4096, 2 for 4097.
  ///
  /// - Precondition: `byteCount` is not negative.
  /// - Complexity: O(1).
  public static func pageCount(covering byteCount: Int) -> Int {
    precondition(byteCount >= 0, "A number of bytes must not be negative.")
    return byteCount >> PagePool.pageShift + (byteCount & (pageSize - 1) == 0 ? 0 : 1)
  }

  /// The number of bytes that are allocated for `byteCount` bytes: the next multiple of
  /// ``pageSize``.
  ///
  /// - Precondition: `byteCount` is not negative, and its next multiple fits into an `Int`.
  /// - Complexity: O(1).
  public static func roundedUpToPageSize(_ byteCount: Int) -> Int {
    let pages = pageCount(covering: byteCount)
    precondition(
      pages <= Int.max >> PagePool.pageShift, "The number of bytes is too large for whole pages.")
    return pages << PagePool.pageShift
  }
}
