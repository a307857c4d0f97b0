// A node's number. Numbers are the kernel's own: they need not start at 0 nor follow one another.

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

extension Sequence<NUMANode> {
  /// The nodes by ascending number, in words: "node 0, node 2".
  package var names: String { sorted().map(\.description).joined(separator: ", ") }
}
