// Which nodes are near: what a set of pools needs of the machine's topology, apart from the machine,
// so that tests can have nodes that it does not.

package import MemoryRegions

/// The processors of each node, and how far the nodes are from each other.
package struct NodeProximity: Sendable {
  /// One node of the machine, with memory or without.
  package struct Node: Sendable {
    package var node: NUMANode
    /// The processors near to it.
    package var processors: [Int]
    /// The distance to each node, as far as it is known.
    package var distances: [NUMANode: Int]

    package init(_ node: NUMANode, processors: [Int], distances: [NUMANode: Int]) {
      self.node = node
      self.processors = processors
      self.distances = distances
    }
  }

  private let nodes: [NUMANode: Node]

  package init(_ nodes: [Node]) {
    self.nodes = Dictionary(nodes.map { ($0.node, $0) }) { first, _ in first }
  }

  package init(_ topology: NUMATopology) {
    self.init(topology.nodes.map { Node($0.node, processors: $0.cpus, distances: $0.distances) })
  }

  /// The nodes that are known, in ascending order.
  var knownNodes: [NUMANode] { nodes.keys.sorted() }

  /// The processors near to a node.
  func processors(of node: NUMANode) -> [Int] { nodes[node]?.processors ?? [] }

  /// Puts nodes in the order of their distance from `node`, which comes first if it is among them;
  /// equally far ones by their numbers, those whose distance is not known last.
  func sorted(_ others: some Sequence<NUMANode>, from node: NUMANode) -> [NUMANode] {
    let distances = nodes[node]?.distances ?? [:]
    return others.map { other in
      (other == node ? -1 : distances[other] ?? .max, other)
    }.sorted { $0 < $1 }.map(\.1)
  }
}
