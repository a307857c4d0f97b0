// Taking pages of a set: as of one pool, with two words on nodes. The forms are those of PagePool,
// and throw the same error, which says for which node.

public import MemoryRegions
public import PagePools

extension PagePoolSet {
  /// Takes a block of `2^order` pages, aligned to its size.
  ///
  /// - Parameters:
  ///   - order: the binary logarithm of the number of pages.
  ///   - choice: the node that they should lie on. A device's is in the topology.
  ///   - fallback: the nodes that may be asked once that one is exhausted: its pool has no such
  ///     block, in caches or elsewhere, and its reclaimers could not help.
  ///   - contents: what the pages hold.
  ///   - reclaim: whether a node's reclaimers may be asked before the next node is, or the request
  ///     fails. Who would rather have other nodes' free pages than press the chosen node asks with
  ///     `.never` first.
  /// - Throws: ``OutOfMemory`` when at some instant of the call none of the allowed nodes could have
  ///   met the request; those for which the kernel has no memory (`notBacked`) each by itself. It names the node that was chosen, and its figures are those of all nodes that
  ///   were asked. Where only a node without a pool is allowed, the reason is
  ///   ``OutOfMemory/Reason/noPoolOnNode``.
  /// - Precondition: `order` is not negative.
  /// - Complexity: as ``PagePools/PagePool/allocate(order:contents:reclaim:tag:)``, and one look into a
  ///   table, where the chosen node's pool serves; else the same again for each node that is asked.
  ///   Any thread.
  @inlinable
  @inline(__always)
  public func allocate(
    order: Int, on choice: NodeChoice = .local, fallback: NodeFallback = .nearest,
    contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) -> IOPage {
    if let pool = pool(on: choice),
      let block = unsafe pool.takeBlockCached(order: order, contents: contents)
    {
      // The cache gave the block to nobody else.
      return unsafe IOPage(at: block, pageCount: 1 &<< order, of: pool)
    }
    return try allocateUncached(
      order: order, on: choice, fallback: fallback, contents: contents, reclaim: reclaim, tag: tag)
  }

  /// Takes `pages` pages next to each other, of one node.
  ///
  /// They start at a multiple of the next power of two of pages; what that block has more than
  /// `pages` stays free. None gives an empty page, which never fails.
  ///
  /// - Parameters: as of ``allocate(order:on:fallback:contents:reclaim:tag:)``.
  /// - Throws: ``OutOfMemory``, as there.
  /// - Precondition: `pages` is not negative.
  /// - Complexity: O(levels + orders) for each node that is asked, and O(bytes) where memory must be
  ///   cleared. Any thread.
  public func allocate(
    pages: Int, on choice: NodeChoice = .local, fallback: NodeFallback = .nearest,
    contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) -> IOPage {
    precondition(pages >= 0, "A number of pages must not be negative.")
    guard pages > 0 else { return IOPage(0..<0, of: members[0].pool.reference) }
    return try search(
      for: .run(pages: pages), on: choice, fallback: fallback, reclaim: reclaim
    ) { (pool, reclaim) throws(OutOfMemory) in
      try pool.allocate(pages: pages, contents: contents, reclaim: reclaim, tag: tag)
    }
  }

  /// The pool of the chosen node; nil if there is none, or none is known for this processor.
  @inlinable
  @inline(__always)
  func pool(on choice: NodeChoice) -> PoolReference? {
    switch choice {
    case .local: processorPools[currentProcessor.number]
    case .node(let node): nodePools[UInt(bitPattern: node.number)]
    }
  }

  @usableFromInline
  @inline(never)
  func allocateUncached(
    order: Int, on choice: NodeChoice, fallback: NodeFallback, contents: PageContents,
    reclaim: ReclaimPolicy, tag: AllocationTag
  ) throws(OutOfMemory) -> IOPage {
    precondition(order >= 0, "A block's order must not be negative.")
    return try search(
      for: .block(order: order), on: choice, fallback: fallback, reclaim: reclaim
    ) { (pool, reclaim) throws(OutOfMemory) in
      try pool.allocate(order: order, contents: contents, reclaim: reclaim, tag: tag)
    }
  }
}
