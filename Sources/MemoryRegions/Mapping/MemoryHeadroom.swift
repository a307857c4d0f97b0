// How much memory can be brought in before the kernel starts ending processes: what /proc/meminfo
// calls available, the room in every memory cgroup above this process, and what the nodes have if
// the pages are bound to some of them. Page cache counts as room, since it gives way. A figure that
// cannot be read limits nothing: a container may hide any of these files.

/// The bounds on populating, looked up afresh at each check.
package struct MemoryHeadroom {
  private let systemCalls: SystemCalls
  private let groups: [MemoryControlGroup]
  private let nodes: [NUMANode]

  /// `nodes`: those the pages are bound to; nil if they can lie anywhere.
  package init(_ systemCalls: SystemCalls, nodes: Set<NUMANode>?) {
    self.systemCalls = systemCalls
    self.groups = MemoryControlGroup.ofThisProcess(systemCalls)
    if let nodes, !nodes.isSuperset(of: NUMATopology.nodesWithMemory(systemCalls)) {
      self.nodes = nodes.sorted()
    } else {
      // Free to use every node: MemAvailable bounds them together.
      self.nodes = []
    }
  }

  /// Throws `.notEnoughMemory`, or `.notEnoughMemoryOnNodes` if only these are full, if one of the
  /// bounds has no room for so many bytes.
  package func check(_ byteCount: Int) throws(RegionError) {
    if let available = systemCalls.keyedSizes("/proc/meminfo")?["MemAvailable"] {
      try check(byteCount, available, "MemAvailable")
    }
    for group in groups {
      if let room = group.room(systemCalls) { try check(byteCount, room, group.limitPath) }
    }
    let free = nodes.compactMap { NodeMemory($0, systemCalls)?.availableByteCount }
    if !nodes.isEmpty, free.count == nodes.count {
      let names = nodes.map(\.description).joined(separator: ", ")
      try check(byteCount, free.reduce(0, +), names, .notEnoughMemoryOnNodes)
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
