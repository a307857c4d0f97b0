// Sets of nodes as the kernel takes them. They are as long as any kernel's, so that no call has to
// ask how long this one's are.

/// A set of nodes as mbind(2) and get_mempolicy(2) take it: one bit a node.
package struct NodeMask: Hashable, Sendable {
  /// As many as Linux can be built for (CONFIG_NODES_SHIFT is at most 10).
  package static let bitCount = 1024

  package var words = [UInt](repeating: 0, count: bitCount / UInt.bitWidth)

  package init() {}

  /// The mask of these nodes; nil if one of them is beyond what any kernel has.
  package init?(_ nodes: some Sequence<NUMANode>) {
    for node in nodes {
      guard (0..<Self.bitCount).contains(node.number) else { return nil }
      words[node.number / UInt.bitWidth] |= 1 << (node.number % UInt.bitWidth)
    }
  }

  package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  package func contains(_ node: Int) -> Bool {
    (0..<Self.bitCount).contains(node)
      && words[node / UInt.bitWidth] >> (node % UInt.bitWidth) & 1 == 1
  }

  /// The nodes in the mask, ascending.
  package var nodes: [NUMANode] {
    (0..<Self.bitCount).filter { contains($0) }.map { NUMANode($0) }
  }
}
