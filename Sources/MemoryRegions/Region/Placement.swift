// Where a region's pages are to lie. The type is a struct over a rule that clients do not see, so
// that further policies can join without breaking a client's switch.
//
// Three placements are promises: a populated region under `bind`, `interleave` or
// `weightedInterleave` has every page on the nodes named, or is refused. The others are
// preferences: the kernel takes other nodes when these are full, and `GrantedRegion` and
// `residency()` say what came of it.

/// The wish for the nodes of a region's pages.
public struct Placement: Hashable, Sendable {
  package enum Rule: Hashable, Sendable {
    case none
    case local
    case bind(Set<NUMANode>)
    case preferred(NUMANode)
    case preferredMany(Set<NUMANode>)
    case interleave(Set<NUMANode>)
    case weightedInterleave(Set<NUMANode>)
  }

  package let rule: Rule
  /// The node from which the nearest of the others is told.
  package private(set) var home: NUMANode?

  private init(_ rule: Rule) { self.rule = rule }

  /// Wherever the process's own policy puts them.
  public static let none = Placement(.none)

  /// On the node of the CPU that first touches a page, while that node has memory.
  public static let local = Placement(.local)

  /// On these nodes and no other: a populated region has every page there, or is refused.
  public static func bind(to nodes: NUMANode...) -> Placement { bind(to: nodes) }

  /// On these nodes and no other: a populated region has every page there, or is refused.
  public static func bind(to nodes: some Sequence<NUMANode>) -> Placement {
    Placement(.bind(Set(nodes)))
  }

  /// On this node while it has memory, then on the nearest ones.
  public static func preferred(_ node: NUMANode) -> Placement { Placement(.preferred(node)) }

  /// On these nodes while one of them has memory, then on any. The nearest to the CPU that touches
  /// a page comes first, or the nearest to the home node. Linux 5.15.
  public static func preferredMany(_ nodes: NUMANode...) -> Placement { preferredMany(nodes) }

  /// On these nodes while one of them has memory, then on any. The nearest to the CPU that touches
  /// a page comes first, or the nearest to the home node. Linux 5.15.
  public static func preferredMany(_ nodes: some Sequence<NUMANode>) -> Placement {
    Placement(.preferredMany(Set(nodes)))
  }

  /// On these nodes and no other, one page on each in turn. A full node's turn goes to the others:
  /// `MemoryRegion.residency()` says how even the shares are.
  public static func interleave(over nodes: NUMANode...) -> Placement { interleave(over: nodes) }

  /// On these nodes and no other, one page on each in turn. A full node's turn goes to the others:
  /// `MemoryRegion.residency()` says how even the shares are.
  public static func interleave(over nodes: some Sequence<NUMANode>) -> Placement {
    Placement(.interleave(Set(nodes)))
  }

  /// On these nodes and no other, on each in turn as many pages as the system gives it weight
  /// (/sys/kernel/mm/mempolicy/weighted_interleave). Linux 6.9.
  public static func weightedInterleave(over nodes: NUMANode...) -> Placement {
    weightedInterleave(over: nodes)
  }

  /// On these nodes and no other, on each in turn as many pages as the system gives it weight
  /// (/sys/kernel/mm/mempolicy/weighted_interleave). Linux 6.9.
  public static func weightedInterleave(over nodes: some Sequence<NUMANode>) -> Placement {
    Placement(.weightedInterleave(Set(nodes)))
  }

  /// This placement, with the nearest node told from `node` and not from the CPU that touches a
  /// page. For `bind` and `preferredMany` only, opening refuses it for others. The node needs no
  /// memory of its own, and need not be among those named. Linux 5.17.
  public func homeNode(_ node: NUMANode) -> Placement {
    var placement = self
    placement.home = node
    return placement
  }
}

extension Placement: CustomStringConvertible {
  public var description: String {
    let names = (namedNodes ?? []).names
    let text =
      switch rule {
      case .none: "none"
      case .local: "local"
      case .bind: "bind to \(names)"
      case .preferred, .preferredMany: "preferably on \(names)"
      case .interleave: "interleaved over \(names)"
      case .weightedInterleave: "interleaved by weight over \(names)"
      }
    return home.map { "\(text); home is \($0)" } ?? text
  }
}
