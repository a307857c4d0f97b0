// A processor to bring pages in on, and where they are to be.

package import IOPages

/// A CPU that stands for its node.
package struct TrialProcessor: Equatable {
  /// The CPU's number.
  package let number: Int
  /// Its node, which may have no memory.
  package let node: NUMANode
  /// The nodes that its own pages may be on: its own, or, if that has no memory, the nearest.
  package let local: Set<NUMANode>

  package init(number: Int, node: NUMANode, local: Set<NUMANode>) {
    self.number = number
    self.node = node
    self.local = local
  }
}

extension NUMATopology {
  /// The nodes that the kernel may take for this one: it alone, if memory may be taken from it, else
  /// the nearest. Of nodes that are about as near it has rules of its own: it prefers higher numbers,
  /// and nodes without CPUs, and counts one for each of these on top of the distance.
  package func localNodes(of node: NUMANode) -> Set<NUMANode> {
    if allowedNodes.contains(node) { return [node] }
    let distances = nodes.first { $0.node == node }?.distances ?? [:]
    guard let least = allowedNodes.compactMap({ distances[$0] }).min() else {
      return Set(allowedNodes)
    }
    return Set(allowedNodes.filter { distances[$0] ?? .max <= least + 2 })
  }
}
