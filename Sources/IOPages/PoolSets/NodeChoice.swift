// What a request to a set of pools says of nodes: where the pages should lie, and where else they may.

public import MemoryRegions

/// The NUMA node that pages should lie on.
public enum NodeChoice: Hashable, Sendable {
  /// The node of the processor that asks; where that has no pool, the nearest one that has.
  case local
  /// This node: that of a device, whose driver asks.
  case node(NUMANode)
}

/// The NUMA nodes that pages may lie on where the node that was chosen has no memory left.
public enum NodeFallback: Hashable, Sendable {
  /// No other one: the request is strict, and fails.
  case none
  /// Every other one of the set, by distance from the one that was chosen; of two that are equally
  /// far, the lower number first.
  case nearest
  /// These, in this order. Those without a pool in the set are passed over.
  case list([NUMANode])
}
