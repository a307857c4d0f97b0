// Setting a policy, and telling why the kernel would not have it. Its errnos do not say much: EINVAL
// is a node that it does not have, one that a cpuset forbids, or a policy newer than the kernel. So
// the other two are ruled out before one of them is named.

import SystemPackage

extension RegionMapping {
  /// Sets the policy of a part, and the placement's home node if it has one.
  func setPolicy(_ policy: MemoryPolicy, _ part: Range<Int>) throws(RegionError) {
    do throws(Errno) {
      try systemCalls.bind(part.lowerBound, part.count, policy)
    } catch {
      if error == .noFunction && policy.mode == .local {
        // A kernel without NUMA has one node, and every page is local.
        return
      }
      throw refusal(error, policy)
    }
    try setHomeNode(part)
  }

  /// Sets the placement's home node, if it has one, beside the policy in force.
  func setHomeNode(_ part: Range<Int>) throws(RegionError) {
    guard let home = options.placement.home else { return }
    do throws(Errno) {
      try systemCalls.setHomeNode(part.lowerBound, part.count, home)
    } catch {
      throw homeNodeRefusal(error)
    }
  }

  /// Why a policy was not taken: by the errno of mbind, or with none because nodes were dropped.
  func refusal(_ errno: Errno?, _ policy: MemoryPolicy) -> RegionError {
    let detail = options.placement.description
    if errno == .noFunction {
      return RegionError(.numaUnavailable, call: "mbind", errno: errno, detail: detail)
    }
    guard errno == nil || errno == .invalidArgument, !policy.nodes.isEmpty else {
      return RegionError(.placementRefused, call: "mbind", errno: errno, detail: detail)
    }
    if errno != nil, let kernel = policy.mode?.firstKernel, takesNodes(of: policy) {
      return RegionError(
        .policyUnsupported, call: "mbind", errno: errno, detail: "\(detail); needs \(kernel)")
    }
    let known = NUMATopology.knownNodesWithMemory(systemCalls)
    let isKnown = known?.isSuperset(of: policy.nodes.nodes) ?? false
    let names = known.map {
      "; this machine has " + $0.sorted().map(\.description).joined(separator: ", ")
    }
    return RegionError(
      isKnown ? .nodeNotAllowed : .noSuchNode, call: errno == nil ? nil : "mbind", errno: errno,
      detail: detail + (names ?? ""))
  }

  /// Whether a policy that every kernel has is taken with the same nodes. It is left in force: the
  /// caller is about to give the mapping, or the placement, up.
  private func takesNodes(of policy: MemoryPolicy) -> Bool {
    (try? systemCalls.bind(base, pageByteCount, MemoryPolicy(.interleave, policy.nodes))) != nil
  }

  private func homeNodeRefusal(_ errno: Errno) -> RegionError {
    let detail = options.placement.description
    let (kind, text): (RegionError.Kind, String) =
      switch errno {
      case .noFunction: (.policyUnsupported, "\(detail); needs Linux 5.17")
      case .invalidArgument: (.noSuchNode, detail)
      default: (.placementRefused, detail)
      }
    return RegionError(kind, call: "set_mempolicy_home_node", errno: errno, detail: text)
  }
}
