// Taking pages next to each other: Mirage's `get` and `get_order`. Every form throws the same typed
// error, takes all that was asked for or nothing, and zeroes unless it is told not to.

public import PagePools

extension PagePool {
  /// Takes `pages` pages next to each other.
  ///
  /// They start at a multiple of the next power of two of pages; what that block has more than
  /// `pages` stays free.
  ///
  /// - Parameters:
  ///   - pages: how many; none gives an empty page, which never fails.
  ///   - contents: what they hold.
  ///   - reclaim: whether reclaimers may be asked before the request fails.
  ///   - tag: what they are for; it costs nothing unless the pool records tags.
  /// - Throws: ``OutOfMemory``.
  /// - Precondition: `pages` is not negative.
  /// - Complexity: O(levels + orders), and O(bytes) where memory must be cleared. Any thread.
  public func allocate(
    pages: Int, contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) -> IOPage {
    precondition(pages >= 0, "A number of pages must not be negative.")
    guard pages > 0 else { return IOPage(0..<0, of: reference) }
    let first = try reference.allocate(pages: pages, contents: contents, reclaim: reclaim, tag: tag)
    return IOPage(first..<first + pages, of: reference)
  }

  /// Takes a block of `2^order` pages, aligned to its size.
  ///
  /// - Parameters:
  ///   - order: the binary logarithm of the number of pages. Above the region's largest order the
  ///     request fails with the reason ``OutOfMemory/Reason/largerThanRegion``, whatever it is.
  ///   - contents: what they hold.
  ///   - reclaim: whether reclaimers may be asked before the request fails.
  ///   - tag: what they are for; it costs nothing unless the pool records tags.
  /// - Throws: ``OutOfMemory``.
  /// - Precondition: `order` is not negative.
  /// - Complexity: O(1) where the processor's cache has a block, which it has for most requests of
  ///   up to 2 MiB; else O(levels) under the pool's lock. O(bytes) where memory must be cleared. Any
  ///   thread.
  @inlinable
  @inline(__always)
  public func allocate(
    order: Int, contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) -> IOPage {
    if let block = unsafe reference.takeBlockCached(order: order, contents: contents) {
      // The cache gave the block to nobody else.
      return unsafe IOPage(at: block, pageCount: 1 &<< order, of: reference)
    }
    return try allocateUncached(order: order, contents: contents, reclaim: reclaim, tag: tag)
  }

  @usableFromInline
  @inline(never)
  func allocateUncached(
    order: Int, contents: PageContents, reclaim: ReclaimPolicy, tag: AllocationTag
  ) throws(OutOfMemory) -> IOPage {
    precondition(order >= 0, "A block's order must not be negative.")
    let first = try reference.allocate(order: order, contents: contents, reclaim: reclaim, tag: tag)
    return IOPage(first..<first + (1 << order), of: reference)
  }
}
