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
  private let topology: NUMATopology

  /// - Precondition: there is a node, and they are in ascending order, none twice or negative.
  init(nodes: [NUMANode], topology: NUMATopology) {
    precondition(
      nodes.first.map { $0.number >= 0 } ?? false && zip(nodes, nodes.dropFirst()).allSatisfy(<),
      "A set of pools needs nodes in ascending order.")
    self.nodes = nodes
    self.topology = topology
    nearest = nodes.map { PoolSetLayout.places(of: nodes, from: $0, topology) }
    let last = topology.nodes.flatMap(\.cpus).max() ?? -1
    // With one pool there is nothing to choose.
    let unknown = nodes.count == 1 ? 0 : nil
    var localMembers = [Int?](
      repeating: unknown, count: max(last + 1, SystemLimits.possibleProcessorCount))
    for node in topology.nodes {
      // A node without a pool, or without memory, has its processors served by the nearest one.
      let place = PoolSetLayout.places(of: nodes, from: node.node, topology)[0]
      for processor in node.cpus { localMembers[processor] = place }
    }
    self.localMembers = localMembers
  }

  /// The places of all nodes by their distance from `node`, which comes first if it is one of them;
  /// those that the topology does not know, or not allow, come last.
  func places(from node: NUMANode) -> [Int] {
    PoolSetLayout.places(of: nodes, from: node, topology)
  }

  private static func places(
    of nodes: [NUMANode], from node: NUMANode, _ topology: NUMATopology
  ) -> [Int] {
    var places: [Int] = []
    for next in [node] + topology.nearest(to: node) + nodes {
      guard let place = nodes.firstIndex(of: next), !places.contains(place) else { continue }
      places.append(place)
    }
    return places
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
