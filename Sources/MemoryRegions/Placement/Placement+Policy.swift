// What a placement is in the kernel's terms.

extension Placement {
  /// The nodes that it names; nil for those that name none.
  package var namedNodes: Set<NUMANode>? {
    switch rule {
    case .none, .local: nil
    case .preferred(let node): [node]
    case .bind(let nodes), .preferredMany(let nodes), .interleave(let nodes),
      .weightedInterleave(let nodes):
      nodes
    }
  }

  /// The nodes that pages must lie on; nil if any will do.
  package var requiredNodes: Set<NUMANode>? {
    switch rule {
    case .none, .local, .preferred, .preferredMany: nil
    case .bind(let nodes), .interleave(let nodes), .weightedInterleave(let nodes): nodes
    }
  }

  /// The policy that says so; nil if the process's own is to hold.
  /// - Throws: `.emptyPlacement`, `.noSuchNode` for a number that no kernel knows, and
  ///   `.homeNodeNotApplicable`.
  func policy() throws(RegionError) -> MemoryPolicy? {
    let mode: MemoryPolicy.Mode? =
      switch rule {
      case .none: nil
      case .local: .local
      case .bind: .bind
      case .preferred: .preferred
      case .preferredMany: .preferredMany
      case .interleave: .interleave
      case .weightedInterleave: .weightedInterleave
      }
    guard home == nil || mode?.takesHomeNode == true else {
      throw RegionError(.homeNodeNotApplicable, detail: description)
    }
    guard let mode else { return nil }
    guard let named = namedNodes else { return MemoryPolicy(mode) }
    guard !named.isEmpty else { throw RegionError(.emptyPlacement) }
    guard let mask = NodeMask(named) else { throw RegionError(.noSuchNode, detail: description) }
    return MemoryPolicy(mode, mask)
  }
}

extension MemoryPolicy.Mode {
  /// Whether the kernel takes a home node with it.
  fileprivate var takesHomeNode: Bool { self == .bind || self == .preferredMany }

  /// The kernel that first has it; nil if all do that a region may meet.
  var firstKernel: String? {
    switch self {
    case .preferredMany: "Linux 5.15"
    case .weightedInterleave: "Linux 6.9"
    case .default, .preferred, .bind, .interleave, .local: nil
    }
  }
}
