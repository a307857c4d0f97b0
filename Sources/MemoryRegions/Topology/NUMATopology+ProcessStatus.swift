// The nodes by the process's own status, where a container hides /sys: the kernel says there which
// nodes the process may take memory from. Nothing else is known of them, and it may name some
// without memory.
//
//      Mems_allowed_list:      0,2-3

import SystemPackage

extension NUMATopology {
  /// The nodes that the status permits; nil if it does not say, or the kernel has no NUMA.
  package static func fromProcessStatus(_ systemCalls: SystemCalls) -> NUMATopology? {
    guard let allowed = systemCalls.allowedMemoryNodes, !allowed.isEmpty,
      allowed != [0] || answersForPolicies(systemCalls)
    else { return nil }
    return NUMATopology(
      nodes: allowed.sorted().map {
        Node(node: $0, cpus: [], totalByteCount: nil, distances: [:])
      }, source: .processStatus)
  }

  /// Whether the kernel is known to have NUMA: by its files about nodes, or because it permits this
  /// process others than node 0. A call that a container hides (ENOSYS) says nothing of that.
  static func isKnownToKernel(_ systemCalls: SystemCalls) -> Bool {
    knownNodesWithMemory(systemCalls) != nil
      || (systemCalls.allowedMemoryNodes.map { $0 != [0] } ?? false)
  }

  /// Whether there are memory policies: a kernel without NUMA permits node 0, too.
  private static func answersForPolicies(_ systemCalls: SystemCalls) -> Bool {
    do throws(Errno) {
      // Nothing is mapped there, which the kernel says if it has the call.
      _ = try systemCalls.policy(0)
      return true
    } catch {
      return error != .noFunction
    }
  }
}

extension SystemCalls {
  /// The nodes that the calling thread's cpuset permits, which may be more than there are; nil if
  /// the system does not say.
  var allowedMemoryNodes: Set<NUMANode>? {
    guard let text = statusField("Mems_allowed_list") else { return nil }
    return Set(SystemCalls.numbers(inList: text).map { NUMANode($0) })
  }
}
