// Placing: the policy is set before a page is touched, and what came of it is read back afterwards.
//
// A strict bind is the hard case: when the nodes of a bound mapping are full, the kernel ends the
// process instead of failing the call. So pages that come from general memory are populated under
// a policy that only prefers the nodes, checked, and moved if they strayed, which fails with an
// errno; the strict policy is set last, over pages that already obey it. Huge pages from the pool
// need none of this: a node without one fails the populating call. Where the process's cpuset
// permits no other nodes than those, the preference has nowhere to spill to and ends the process as
// the bind would: there only the look at the headroom protects (MemoryHeadroom). An interleaved
// mapping ends no process, but spills to nodes that nobody named, so its pages are checked and
// moved as well.
//
// The check is the kernel's own walk over the pages, when the final policy is set: it costs a
// fourth of asking for each page with move_pages, which is done to find the strays if there are
// any.

import SystemPackage

/// What became of the placement of a part.
struct PlacementOutcome: Equatable {
  /// How it was found out.
  var check: PlacementCheck
  /// Base pages outside the nodes named; nil if none were named or nobody looked.
  var pagesElsewhere: Int?
}

extension RegionMapping {
  /// Finds out, before anything is committed, whether the placement can be had at all: the final
  /// policy on the whole reservation, where it stays for parts that are opened in place.
  func validatePlacement() throws(RegionError) {
    let placement = options.placement
    let named = placement.namedNodes
    guard named == nil || NUMATopology.isCompiledIn else {
      throw RegionError(.numaUnavailable, detail: "built without the trait NUMA")
    }
    guard let policy = try placement.policy() else { return }
    let whole = base..<base + byteCount
    // The kernel drops nodes that it does not have from a set, as long as one is left.
    if let named, let known = NUMATopology.knownNodesWithMemory(systemCalls),
      !known.isSuperset(of: named)
    {
      throw refusal(nil, policy, whole)
    }
    try setPolicy(policy, whole)
    // It drops those that a cpuset forbids, too.
    if named != nil, let inForce = try? systemCalls.policy(base), inForce.nodes != policy.nodes {
      throw refusal(nil, policy, whole)
    }
  }

  /// Sets the policy that the part is populated under.
  func applyPolicy(to part: Range<Int>) throws(RegionError) {
    guard var policy = try options.placement.policy() else { return }
    if policy.mode == .bind, options.populates, options.backing.poolPageShift == nil {
      let isSingle = options.placement.namedNodes?.count == 1 && options.placement.home == nil
      policy.mode = isSingle ? .preferred : .preferredMany
    }
    try setPolicy(policy, part)
  }

  /// After populating: makes a bind strict, checks what was promised, and moves strays.
  func settlePlacement(of part: Range<Int>) throws(RegionError) -> PlacementOutcome {
    guard options.populates, options.placement.namedNodes != nil,
      let policy = try options.placement.policy()
    else { return PlacementOutcome(check: try checkPlacement(unpopulated: part)) }
    guard let violation = setIfObeyed(policy, part) else { return try outcomeWhereObeyed(part) }
    let survey = survey(part)
    var found = survey.strays(outside: policy.nodes)
    if let nodes = options.placement.requiredNodes {
      if found.check == .unverified, violation == .ioError {
        throw RegionError(
          .placementNotMet, call: "mbind", errno: violation, detail: options.placement.description)
      }
      found = try bringBack(found, survey, to: nodes.sorted(), policy.nodes)
      if violation == .ioError {
        // move_pages may not name what the kernel saw, and others may have touched pages since.
        let second = setIfObeyed(policy, part)
        guard second != .ioError else {
          throw RegionError(
            .placementNotMet, call: "mbind", errno: second,
            detail: "\(options.placement), and pages are elsewhere after all strays were moved")
        }
        if second == nil { return try outcomeWhereObeyed(part) }
      }
    }
    // What was set with the check holds for some of the part, or for none of it.
    try setPolicy(policy, part)
    return PlacementOutcome(
      check: found.check,
      pagesElsewhere: found.check == .everyPage ? found.count * survey.basePagesEach : nil)
  }

  /// The rest of a placement that the kernel has set over pages that all obey it.
  private func outcomeWhereObeyed(_ part: Range<Int>) throws(RegionError) -> PlacementOutcome {
    try setHomeNode(part)
    return PlacementOutcome(check: .everyPage, pagesElsewhere: 0)
  }

  /// Has the kernel look at each page and set the final policy where all of them obey it. Nil if
  /// they all do; EIO if one does not; another errno if nobody looked.
  private func setIfObeyed(_ policy: MemoryPolicy, _ part: Range<Int>) -> Errno? {
    // Huge pages from the pool are few: asking for each of them costs little, and names the strays.
    guard options.backing.poolPageShift == nil else { return .notSupported }
    // The process's mappings are locked during the call.
    for start in stride(from: part.lowerBound, to: part.upperBound, by: Self.populationStep) {
      let count = min(Self.populationStep, part.upperBound - start)
      do throws(Errno) {
        try systemCalls.bindIfObeyed(start, count, policy)
      } catch {
        return error
      }
    }
    return nil
  }

  /// Asks where the pages of a part are.
  func survey(_ part: Range<Int>) -> PageSurvey {
    PageSurvey(systemCalls, part, pageStep: options.backing.poolPageByteCount)
  }

  /// Moves pages that must be on the nodes to one of them. Returns what was found then.
  private func bringBack(
    _ strays: PageSurvey.Strays, _ survey: PageSurvey, to nodes: [NUMANode], _ mask: NodeMask
  ) throws(RegionError) -> PageSurvey.Strays {
    var found = strays
    var failure: Errno?
    for node in nodes where !found.pages.isEmpty {
      failure = survey.moveAll(found.pages, to: node) {
        found = survey.strays(outside: mask)
        return found.pages
      }
    }
    guard found.count == 0 else {
      throw RegionError(
        .placementNotMet, call: failure == nil ? nil : "move_pages", errno: failure,
        detail: "\(found.count) of \(survey.pageCount) pages are not on \(nodes.names)")
    }
    return found
  }

  /// Reads back the policy, for pages that are not there yet or may be anywhere.
  func checkPlacement(unpopulated part: Range<Int>) throws(RegionError) -> PlacementCheck {
    guard let policy = try options.placement.policy() else { return .notNeeded }
    // Where nothing is committed yet, the reservation has the policy already.
    guard let inForce = try? systemCalls.policy(part.isEmpty ? base : part.lowerBound) else {
      return .unverified
    }
    return inForce == policy ? .policyOnly : .unverified
  }
}
