// Placing: the policy is set before a page is touched, and what came of it is read back afterwards.
//
// A strict bind is the hard case: when the nodes of a bound mapping are full, the kernel ends the
// process instead of failing the call. So pages that come from general memory are populated under
// a policy that only prefers the nodes, looked up, and moved if they strayed, which fails with an
// errno; the strict policy is set last, over pages that already obey it. Huge pages from the pool
// need none of this: a node without one fails the populating call.

import SystemPackage

extension RegionMapping {
  /// Sets the policy that the part is populated under.
  func applyPolicy(to part: Range<Int>) throws(RegionError) {
    switch options.placement.rule {
    case .none: return
    case .local: try setPolicy(MemoryPolicy(.local), part)
    case .bind(let nodes):
      let mask = try Self.mask(nodes)
      let isStrictAtOnce = options.backing.poolPageShift != nil || !options.populates
      let mode: MemoryPolicy.Mode =
        isStrictAtOnce ? .bind : nodes.count == 1 ? .preferred : .preferredMany
      try setPolicy(MemoryPolicy(mode, mask), part)
    }
  }

  /// After populating: moves strays, makes a bind strict, and checks what was promised.
  func settlePlacement(of part: Range<Int>) throws(RegionError) -> PlacementCheck {
    guard case .bind(let nodes) = options.placement.rule, options.populates else {
      return try checkPlacement(unpopulated: part)
    }
    let mask = try Self.mask(nodes)
    let survey = PageSurvey(systemCalls, part, pageStep: options.backing.poolPageByteCount)
    var found = survey.strays(outside: mask)
    var moveFailure: Errno?
    if options.backing.poolPageShift == nil {
      for node in nodes.sorted() where !found.pages.isEmpty {
        moveFailure = survey.move(found.pages, to: node)
        found = survey.strays(outside: mask)
      }
    }
    guard found.count == 0 else {
      let names = nodes.sorted().map(\.description).joined(separator: ", ")
      throw RegionError(
        .placementNotMet, call: moveFailure == nil ? nil : "move_pages", errno: moveFailure,
        detail: "\(found.count) of \(survey.pageCount) pages are not on \(names)")
    }
    try setPolicy(MemoryPolicy(.bind, mask), part)
    return found.check
  }

  /// Reads back the policy, for pages that are not there yet or may be anywhere.
  func checkPlacement(unpopulated part: Range<Int>) throws(RegionError) -> PlacementCheck {
    guard options.placement.rule != .none else { return .notNeeded }
    guard !part.isEmpty else { return .policyOnly }
    do throws(Errno) {
      let policy = try systemCalls.policy(part.lowerBound)
      switch options.placement.rule {
      case .none: return .notNeeded
      case .local:
        // Before 5.13 the kernel answers with a preference for no node in particular.
        let isLocal =
          policy.mode == .local || policy.mode == .preferred && policy.nodes.isEmpty
        return isLocal ? .policyOnly : .unverified
      case .bind(let nodes):
        let isBound = policy.mode == .bind && policy.nodes == NodeMask(nodes)
        return isBound ? .policyOnly : .unverified
      }
    } catch {
      return .unverified
    }
  }

  /// Finds out, before anything is committed, whether the placement can be had at all: the final
  /// policy on the whole reservation, where it stays for parts that are opened in place.
  func validatePlacement() throws(RegionError) {
    switch options.placement.rule {
    case .none: return
    case .local: try setPolicy(MemoryPolicy(.local), base..<base + byteCount)
    case .bind(let nodes):
      guard NUMATopology.isCompiledIn else {
        throw RegionError(.numaUnavailable, detail: "built without the trait NUMA")
      }
      let policy = MemoryPolicy(.bind, try Self.mask(nodes))
      // The kernel drops nodes that it does not have from a set, as long as one is left.
      let known = NUMATopology.nodesWithMemory(systemCalls)
      guard known.isSuperset(of: nodes) else { throw refusal(nil, policy) }
      try setPolicy(policy, base..<base + byteCount)
      // It drops those that a cpuset forbids, too.
      if let inForce = try? systemCalls.policy(base), inForce.nodes != policy.nodes {
        throw refusal(nil, policy)
      }
    }
  }

  private func setPolicy(
    _ policy: MemoryPolicy, _ part: Range<Int>
  ) throws(RegionError) {
    do throws(Errno) {
      try systemCalls.bind(part.lowerBound, part.count, policy)
    } catch {
      if error == .noFunction && policy.mode == .local {
        // A kernel without NUMA has one node, and every page is local.
        return
      }
      throw refusal(error, policy)
    }
  }

  /// Why a policy was not taken: by the errno of mbind, or with none because nodes were dropped.
  private func refusal(_ errno: Errno?, _ policy: MemoryPolicy) -> RegionError {
    let detail = options.placement.description
    if errno == .noFunction {
      return RegionError(.numaUnavailable, call: "mbind", errno: errno, detail: detail)
    }
    guard errno == nil || errno == .invalidArgument, !policy.nodes.isEmpty else {
      return RegionError(.placementRefused, call: "mbind", errno: errno, detail: detail)
    }
    let known = NUMATopology.nodesWithMemory(systemCalls)
    let names = known.sorted().map(\.description).joined(separator: ", ")
    let kind: RegionError.Kind =
      known.isSuperset(of: policy.nodes.nodes) ? .nodeNotAllowed : .noSuchNode
    return RegionError(
      kind, call: errno == nil ? nil : "mbind", errno: errno,
      detail: "\(detail); this machine has \(names)")
  }

  private static func mask(_ nodes: Set<NUMANode>) throws(RegionError) -> NodeMask {
    guard !nodes.isEmpty else { throw RegionError(.emptyPlacement) }
    guard let mask = NodeMask(nodes) else {
      throw RegionError(.noSuchNode, detail: Placement.bind(to: nodes).description)
    }
    return mask
  }
}

extension Placement {
  /// The nodes that pages must lie on; nil if any will do.
  var boundNodes: Set<NUMANode>? {
    if case .bind(let nodes) = rule { nodes } else { nil }
  }
}
