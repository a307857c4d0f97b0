// Taking pages: Mirage's `get`, `get_order` and `pages`. Every form throws the same typed error,
// takes all that was asked for or nothing, and zeroes unless it is told not to.

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
  /// - Throws: ``OutOfMemory``.
  /// - Precondition: `pages` is not negative.
  /// - Complexity: O(levels + orders), and O(bytes) where memory must be cleared. Any thread.
  public func allocate(
    pages: Int, contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed
  ) throws(OutOfMemory) -> IOPage {
    precondition(pages >= 0, "A number of pages must not be negative.")
    guard pages > 0 else { return IOPage(0..<0, of: reference) }
    let first = try reference.allocate(pages: pages, contents: contents, reclaim: reclaim)
    return IOPage(first..<first + pages, of: reference)
  }

  /// Takes a block of `2^order` pages, aligned to its size.
  ///
  /// - Parameters:
  ///   - order: the binary logarithm of the number of pages. Above the region's largest order the
  ///     request fails with the reason ``OutOfMemory/Reason/largerThanRegion``, whatever it is.
  ///   - contents: what they hold.
  ///   - reclaim: whether reclaimers may be asked before the request fails.
  /// - Throws: ``OutOfMemory``.
  /// - Precondition: `order` is not negative.
  /// - Complexity: O(levels), and O(bytes) where memory must be cleared. Any thread.
  public func allocate(
    order: Int, contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed
  ) throws(OutOfMemory) -> IOPage {
    precondition(order >= 0, "A block's order must not be negative.")
    let first = try reference.allocate(order: order, contents: contents, reclaim: reclaim)
    return IOPage(first..<first + (1 << order), of: reference)
  }

  /// Takes `count` pages, each with an owner of its own, and appends them to `pages`.
  ///
  /// They need not be next to each other. All are taken, or none.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - pages: has room for `count` more.
  ///   - contents: what they hold.
  ///   - reclaim: whether reclaimers may be asked before the request fails.
  /// - Throws: ``OutOfMemory``; then `pages` is unchanged.
  /// - Precondition: `count` is not negative and not above the free capacity of `pages`.
  /// - Complexity: O(count), with the pool's lock held, and O(bytes) where memory must be cleared.
  ///   Any thread.
  public func allocate(
    singlePages count: Int, into pages: inout OutputSpan<IOPage>,
    contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed
  ) throws(OutOfMemory) {
    precondition(count >= 0, "A number of pages must not be negative.")
    precondition(count <= pages.freeCapacity, "The container has no room for the pages.")
    let pool = reference
    // The buffer is the span's own, with room for `count` more as was just checked; each element
    // is initialised before the count says so.
    try unsafe pages.withUnsafeMutableBufferPointer {
      (buffer, initializedCount) throws(OutOfMemory) in
      var next = initializedCount
      try pool.allocate(singlePages: count, reclaim: reclaim) { frame in
        unsafe buffer.initializeElement(at: next, to: IOPage(frame..<frame + 1, of: pool))
        next += 1
      }
      for index in initializedCount..<next {
        pool.prepare(unsafe buffer[index].frames, contents: contents)
      }
      initializedCount = next
    }
  }
}
