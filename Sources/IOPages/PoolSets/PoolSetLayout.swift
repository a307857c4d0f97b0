// How a set of pools is laid out over a machine: which pool serves which processor, who keeps pages
// of which node in its caches, and where a node's requests go when it has no memory left.

internal import MemoryRegions
internal import PagePools

/// The nodes of a set, and what follows from their distances.
struct PoolSetLayout {
  /// The nodes that have a pool, in ascending order.
  let nodes: [NUMANode]
  /// For each of them the places of all, itself first, then by distance.
  let nearest: [[Int]]
  /// The place of the node that serves each processor; nil for one that no node has.
  let localMembers: [Int?]

  /// - Precondition: there is a node, and they are in ascending order, none twice or negative.
  init(nodes: [NUMANode], proximity: NodeProximity) {
    precondition(
      nodes.first.map { $0.number >= 0 } ?? false && zip(nodes, nodes.dropFirst()).allSatisfy(<),
      "A set of pools needs nodes in ascending order.")
    func places(from node: NUMANode) -> [Int] {
      let order = proximity.sorted(nodes, from: node)
      return order.compactMap { nodes.firstIndex(of: $0) }
    }
    self.nodes = nodes
    nearest = nodes.map(places)
    let known = proximity.knownNodes
    let last = known.flatMap { proximity.processors(of: $0) }.max() ?? -1
    var localMembers = [Int?](
      repeating: nil, count: max(last + 1, SystemLimits.possibleProcessorCount))
    for node in known {
      // A node without a pool, or without memory, has its processors served by the nearest one.
      let place = places(from: node).first
      for processor in proximity.processors(of: node) { localMembers[processor] = place }
    }
    // With one pool there is nothing to choose.
    if nodes.count == 1 { localMembers = localMembers.map { $0 ?? 0 } }
    self.localMembers = localMembers
  }

  /// The processors that keep pages of a node in their caches: those that it serves first, and those
  /// of which it is the first that is fallen back to.
  func cachingProcessors(of place: Int) -> ProcessorSet {
    ProcessorSet(
      localMembers.indices.filter { processor in
        guard let local = localMembers[processor] else { return false }
        return nearest[local].prefix(2).contains(place)
      })
  }
}
