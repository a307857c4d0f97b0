// Taking pages through a client's view of a pool. What comes of it are pages like any other.

public import PagePools

extension LimitedPool {
  /// Takes `pages` pages next to each other, as `PagePool.allocate(pages:contents:reclaim:tag:)` does.
  ///
  /// - Throws: ``OutOfMemory``, with the reason ``OutOfMemory/Reason/limit`` if the view's limit
  ///   would be exceeded.
  /// - Precondition: `pages` is not negative.
  /// - Complexity: O(levels + orders), and O(bytes) where memory must be cleared. Any thread.
  public func allocate(
    pages: Int, contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) -> IOPage {
    precondition(pages >= 0, "A number of pages must not be negative.")
    guard pages > 0 else { return IOPage(0..<0, of: pool.reference) }
    let first = try pool.reference.allocate(
      pages: pages, for: client, contents: contents, reclaim: reclaim, tag: tag)
    return IOPage(first..<first + pages, of: client.reference)
  }

  /// Takes a block of `2^order` pages, aligned to its size, as
  /// `PagePool.allocate(order:contents:reclaim:tag:)` does.
  ///
  /// - Throws: ``OutOfMemory``, with the reason ``OutOfMemory/Reason/limit`` if the view's limit
  ///   would be exceeded.
  /// - Precondition: `order` is not negative.
  /// - Complexity: O(levels), and O(bytes) where memory must be cleared. Any thread.
  public func allocate(
    order: Int, contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) -> IOPage {
    precondition(order >= 0, "A block's order must not be negative.")
    let first = try pool.reference.allocate(
      order: order, for: client, contents: contents, reclaim: reclaim, tag: tag)
    return IOPage(first..<first + 1 << order, of: client.reference)
  }

  /// Takes `count` pages, each with an owner of its own, and appends them to `pages`: all or none.
  ///
  /// - Throws: ``OutOfMemory``, with the reason ``OutOfMemory/Reason/limit`` if the view's limit
  ///   would be exceeded; then `pages` is unchanged.
  /// - Precondition: `count` is not negative and not above the free capacity of `pages`.
  /// - Complexity: O(count) under the pool's lock, and O(bytes) where memory must be cleared. Any
  ///   thread.
  public func allocate(
    singlePages count: Int, into pages: inout OutputSpan<IOPage>,
    contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) {
    precondition(count >= 0, "A number of pages must not be negative.")
    precondition(count <= pages.freeCapacity, "The container has no room for the pages.")
    var frames: [Int] = []
    try pool.reference.allocate(
      singlePages: count, for: client, contents: contents, reclaim: reclaim, tag: tag
    ) { frames.append($0) }
    for frame in frames { pages.append(IOPage(frame..<frame + 1, of: client.reference)) }
  }
}
