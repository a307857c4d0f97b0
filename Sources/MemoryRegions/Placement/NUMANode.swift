// A node's number, and sets of them as the kernel takes them. Numbers are the kernel's own: they
// need not start at 0 nor follow one another.

/// A NUMA node: a part of memory, with the CPUs near to it, if it has any.
public struct NUMANode: Hashable, Comparable, Sendable {
  /// The kernel's number of the node.
  public var number: Int

  /// The node of that number, whether or not this machine has it.
  public init(_ number: Int) { self.number = number }

  public static func < (first: NUMANode, second: NUMANode) -> Bool {
    first.number < second.number
  }
}

extension NUMANode: ExpressibleByIntegerLiteral {
  public init(integerLiteral number: Int) { self.init(number) }
}

extension NUMANode: CustomStringConvertible {
  public var description: String { "node \(number)" }
}

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
