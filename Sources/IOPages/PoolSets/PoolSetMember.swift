// One node's part of a set of pools.

internal import MemoryRegions
internal import PagePools
internal import Synchronization

/// A node of a set: its slice of the set's memory, and the pool over it.
final class PoolSetMember: Sendable {
  let node: NUMANode
  let region: MemoryRegion
  let pool: PagePool
  /// Requests for this node that another one met.
  let metElsewhere = Atomic<Int>(0)
  /// Requests that this one met, for another node.
  let metForOthers = Atomic<Int>(0)

  init(_ node: NUMANode, region: MemoryRegion, pool: PagePool) {
    self.node = node
    self.region = region
    self.pool = pool
  }
}
