// Many single pages of one node, and pages for buffers.

public import BasicContainers
public import IOPageCore

extension PagePoolSet {
  /// Takes `count` pages of one node, each with an owner of its own, and appends them to `pages`,
  /// which grows as needed. All are taken, or none: pages of several nodes could not be taken at one
  /// instant, and those that a request holds while it waits for the rest would be missing elsewhere.
  ///
  /// - Parameters: as of ``allocate(order:on:fallback:contents:reclaim:tag:)``.
  /// - Throws: ``OutOfMemory``, as there; then the elements of `pages` are unchanged.
  /// - Precondition: `count` is not negative.
  /// - Complexity: as `PagePool.allocate(singlePages:into:contents:reclaim:tag:)`, for each node that is
  ///   asked. Any thread.
  public func allocate(
    singlePages count: Int, into pages: inout UniqueArray<IOPage>, on choice: NodeChoice = .local,
    fallback: NodeFallback = .nearest, contents: PageContents = .zeroed,
    reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) {
    precondition(count >= 0, "A number of pages must not be negative.")
    guard count > 0 else { return }
    try search(
      for: .singles(count: count), on: choice, fallback: fallback, reclaim: reclaim
    ) { (pool, reclaim) throws(OutOfMemory) in
      try pool.allocate(
        singlePages: count, into: &pages, contents: contents, reclaim: reclaim, tag: tag)
    }
  }
}

extension PagePoolSet: PageSource {
  /// Takes `pages` pages next to each other, of the processor's own node or else of the nearest one
  /// that has them: what buffers of the set are made of.
  public func allocate(
    pages: Int, contents: PageContents, reclaim: ReclaimPolicy, tag: AllocationTag
  ) throws(OutOfMemory) -> IOPage {
    try allocate(
      pages: pages, on: .local, fallback: .nearest, contents: contents, reclaim: reclaim, tag: tag)
  }

  /// Takes a block of `2^order` pages, of the processor's own node or else of the nearest one that
  /// has it: what buffers of the set are made of.
  @inlinable
  public func allocate(
    order: Int, contents: PageContents, reclaim: ReclaimPolicy, tag: AllocationTag
  ) throws(OutOfMemory) -> IOPage {
    try allocate(
      order: order, on: .local, fallback: .nearest, contents: contents, reclaim: reclaim, tag: tag)
  }
}
