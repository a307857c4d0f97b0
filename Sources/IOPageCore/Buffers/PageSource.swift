// Where the pages of a buffer come from: a pool, or a client's view of one.

public import PagePools

/// What pages can be taken from: a pool, a client's view of one, or what stands before them.
///
/// Both methods give exactly as many pages as they are asked for, next to each other, zeroed if they
/// are to be, or throw ``OutOfMemory`` and give none.
public protocol PageSource {
  /// Takes `pages` pages next to each other: see
  /// ``PagePools/PagePool/allocate(pages:contents:reclaim:tag:)``.
  func allocate(
    pages: Int, contents: PageContents, reclaim: ReclaimPolicy, tag: AllocationTag
  ) throws(OutOfMemory) -> IOPage

  /// Takes a block of `2^order` pages: see
  /// ``PagePools/PagePool/allocate(order:contents:reclaim:tag:)``.
  func allocate(
    order: Int, contents: PageContents, reclaim: ReclaimPolicy, tag: AllocationTag
  ) throws(OutOfMemory) -> IOPage
}

extension PagePool: PageSource {}
extension LimitedPool: PageSource {}

extension PageSource {
  /// Takes as many pages as `byteCount` bytes need: a block, from the processor's cache, where
  /// their number is a power of two.
  @inlinable
  func allocate(
    covering byteCount: Int, contents: PageContents, reclaim: ReclaimPolicy, tag: AllocationTag
  ) throws(OutOfMemory) -> IOPage {
    let pages = IOPage.pageCount(covering: byteCount)
    return pages.nonzeroBitCount == 1
      ? try allocate(
        order: pages.trailingZeroBitCount, contents: contents, reclaim: reclaim, tag: tag)
      : try allocate(pages: pages, contents: contents, reclaim: reclaim, tag: tag)
  }
}
