// From a buffer back to pages: Mirage's `of_cstruct_exn`, which makes a block of a Cstruct.

internal import PagePools

extension PageBuffer {
  /// Takes the pages out of a buffer that consists of whole ones.
  ///
  /// - Returns: the pages; the buffer is empty afterwards. An empty buffer, which lies nowhere, gives
  ///   an empty page of no pool.
  /// - Throws: ``AdoptionError/notPageAligned`` or ``AdoptionError/notWholePages``, checked in this
  ///   order; then the buffer is unchanged.
  /// - Complexity: O(1).
  public mutating func takePages() throws(AdoptionError) -> IOPage {
    // No page of any pool.
    guard !isEmpty else { return unsafe IOPage(at: start, pageCount: 0, of: .none) }
    guard UInt(bitPattern: unsafe start) & PageBuffer.pageMask == 0 else { throw .notPageAligned }
    guard UInt(bitPattern: count) & PageBuffer.pageMask == 0 else { throw .notWholePages }
    // Whole pages have no other parts: they are this buffer's alone, which gives them up.
    let pages = unsafe IOPage(at: start, pageCount: count >> PagePool.pageShift, of: pool)
    relinquish()
    return pages
  }
}
