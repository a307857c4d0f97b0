// How much memory can be brought in before the kernel starts ending processes: what /proc/meminfo
// calls available, the room in every memory cgroup above this process, and what the nodes have if
// the pages can lie on some of them only: because they are bound there, or because the process's
// cpuset permits no others. Page cache counts as room, since it gives way. A figure that cannot be
// read limits nothing: a container may hide any of these files.

/// The bounds on populating, looked up afresh at each check.
package struct MemoryHeadroom {
  private let systemCalls: SystemCalls
  private let groups: [MemoryControlGroup]
  /// The only nodes that the pages can come from; none if MemAvailable counts no other memory.
  private let nodes: [NUMANode]
  /// Whether it is the cpuset that leaves no other nodes, and not the wish for a placement.
  private let isByCPUSet: Bool

  /// `nodes`: those the pages are bound to; nil if they can lie wherever the cpuset permits.
  package init(_ systemCalls: SystemCalls, nodes: Set<NUMANode>?) {
    self.systemCalls = systemCalls
    self.groups = MemoryControlGroup.ofThisProcess(systemCalls)
    let known = NUMATopology.nodesWithMemory(systemCalls)
    let bound = nodes ?? systemCalls.allowedMemoryNodes.map(known.intersection) ?? known
    // Free to use every node: MemAvailable bounds them together.
    self.nodes = bound.isSuperset(of: known) ? [] : bound.sorted()
    self.isByCPUSet = nodes == nil
  }

  /// Throws `.notEnoughMemory`, or `.notEnoughMemoryOnNodes` if only the nodes that the pages are
  /// bound to are full, if one of the bounds has no room for so many bytes.
  package func check(_ byteCount: Int) throws(RegionError) {
    if let available = systemCalls.keyedSizes("/proc/meminfo")?["MemAvailable"] {
      try check(byteCount, available, "MemAvailable")
    }
    for group in groups {
      if let room = group.room(systemCalls) { try check(byteCount, room, group.limitPath) }
    }
    let free = nodes.compactMap { NodeMemory($0, systemCalls)?.availableByteCount }
    if !nodes.isEmpty, free.count == nodes.count {
      // Without the placement, the cpuset would leave the same nodes.
      let (bound, kind): (String, RegionError.Kind) =
        isByCPUSet
        ? ("\(nodes.names), all that the cpuset permits", .notEnoughMemory)
        : (nodes.names, .notEnoughMemoryOnNodes)
      try check(byteCount, free.reduce(0, +), bound, kind)
    }
  }

  private func check(
    _ byteCount: Int, _ room: Int, _ bound: String, _ kind: RegionError.Kind = .notEnoughMemory
  ) throws(RegionError) {
    guard byteCount > room else { return }
    throw RegionError(
      kind, detail: "\(byteCount) bytes needed, \(max(room, 0)) within \(bound)")
  }
}
