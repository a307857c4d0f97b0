// Setting a policy, and telling why the kernel would not have it. Its errnos do not say much:
// EINVAL is a node that it does not have, one that a cpuset forbids, or a policy newer than the
// kernel. So the other two are ruled out before one of them is named.

import SystemPackage

extension RegionMapping {
  /// Sets the policy of a part, and the placement's home node if it has one.
  func setPolicy(_ policy: MemoryPolicy, _ part: Range<Int>) throws(RegionError) {
    do throws(Errno) {
      try systemCalls.bind(part.lowerBound, part.count, policy)
    } catch {
      if error == .noFunction && policy.mode == .local,
        !NUMATopology.isKnownToKernel(systemCalls)
      {
        // A kernel without NUMA has one node, and every page is local.
        return
      }
      throw refusal(error, policy, part)
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

  /// Why a policy was not taken for a part: by the errno of mbind, or with none because nodes were
  /// dropped.
  func refusal(_ errno: Errno?, _ policy: MemoryPolicy, _ part: Range<Int>) -> RegionError {
    let detail = options.placement.description
    if errno == .noFunction, !NUMATopology.isKnownToKernel(systemCalls) {
      // Some seccomp profiles say so of a call that the kernel has.
      return RegionError(.numaUnavailable, call: "mbind", errno: errno, detail: detail)
    }
    guard errno == nil || errno == .invalidArgument, !policy.nodes.isEmpty else {
      return RegionError(.placementRefused, call: "mbind", errno: errno, detail: detail)
    }
    if errno != nil, let kernel = policy.mode?.firstKernel, takesNodes(of: policy, part) {
      return RegionError(
        .policyUnsupported, call: "mbind", errno: errno, detail: "\(detail); needs \(kernel)")
    }
    let known = NUMATopology.knownNodesWithMemory(systemCalls)
    let isKnown = known?.isSuperset(of: policy.nodes.nodes) ?? false
    let names = known.map { "; this machine has " + $0.names }
    return RegionError(
      isKnown ? .nodeNotAllowed : .noSuchNode, call: errno == nil ? nil : "mbind", errno: errno,
      detail: detail + (names ?? ""))
  }

  /// Whether a policy that every kernel has is taken with the same nodes. It is left in force for a
  /// page of the part: the caller is about to give up the mapping, or the placement, or to set the
  /// part's former policy again.
  private func takesNodes(of policy: MemoryPolicy, _ part: Range<Int>) -> Bool {
    let policy = MemoryPolicy(.interleave, policy.nodes)
    return (try? systemCalls.bind(part.lowerBound, pageByteCount, policy)) != nil
  }

  private func homeNodeRefusal(_ errno: Errno) -> RegionError {
    let detail = options.placement.description
    let (kind, text): (RegionError.Kind, String) =
      switch errno {
      case .noFunction:
        (.policyUnsupported, "\(detail); needs Linux 5.17, and a container that permits it")
      case .invalidArgument: (.noSuchNode, detail)
      default: (.placementRefused, detail)
      }
    return RegionError(kind, call: "set_mempolicy_home_node", errno: errno, detail: text)
  }
}
