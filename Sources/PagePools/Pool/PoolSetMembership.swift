// What a pool of a set is told of the set. A pool does not know the others: which of them serves a
// request is the set's business. But its errors name its node, the processors near to it share its
// caches, and its reclaimers may need pages of the others.

/// What a pool of a set is told of the set.
package struct PoolSetMembership {
  /// The number of the NUMA node that the pages lie on.
  package var node: Int
  /// The processors that cache this pool's pages: all others take its lock each time. Pages that
  /// every processor kept of every node would be many.
  package var cachingProcessors: ProcessorSet
  /// The threads that ask reclaimers of any pool of the set.
  package var reclaimingThreads: ReclaimingThreads

  package init(
    node: Int, cachingProcessors: ProcessorSet, reclaimingThreads: ReclaimingThreads
  ) {
    self.node = node
    self.cachingProcessors = cachingProcessors
    self.reclaimingThreads = reclaimingThreads
  }
}
