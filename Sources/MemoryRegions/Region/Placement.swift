// Where a region's pages are to lie. The type is a struct over a rule that clients do not see, so
// that further policies can join without breaking a client's switch.

/// The wish for the nodes of a region's pages.
public struct Placement: Hashable, Sendable {
  package enum Rule: Hashable, Sendable {
    case none
    case local
    case bind(Set<NUMANode>)
  }

  package let rule: Rule

  /// Wherever the process's own policy puts them.
  public static let none = Placement(rule: .none)

  /// On the node of the CPU that first touches a page, while that node has memory.
  public static let local = Placement(rule: .local)

  /// On these nodes and no other: a populated region has every page there, or is refused.
  public static func bind(to nodes: NUMANode...) -> Placement { bind(to: nodes) }

  /// On these nodes and no other: a populated region has every page there, or is refused.
  public static func bind(to nodes: some Sequence<NUMANode>) -> Placement {
    Placement(rule: .bind(Set(nodes)))
  }
}

extension Placement: CustomStringConvertible {
  public var description: String {
    switch rule {
    case .none: "none"
    case .local: "local"
    case .bind(let nodes):
      "bind to " + nodes.sorted().map(\.description).joined(separator: ", ")
    }
  }
}
