// Whether a node has room for a trial. What may lie elsewhere does so as soon as its node has little
// that is free: the kernel goes on to the next node before it takes back what it keeps for files
// there. So that is taken back first, and where room is still short, pages elsewhere prove nothing.

import IOPages
package import MemoryRegions

/// The room for so many bytes on any one node.
package struct TrialRoom {
  private let byteCount: Int
  private let systemCalls: SystemCalls

  package init(byteCount: Int, _ systemCalls: SystemCalls = .linux) {
    self.byteCount = byteCount
    self.systemCalls = systemCalls
  }

  /// What of a node's memory has to be free beside the trial's. The kernel keeps some of each zone
  /// back, for those who may not wait and from those who could use another zone, and goes on to the
  /// next node well before that is reached: so this is all that it keeps on all nodes, twice, and what
  /// grows with the node.
  private func reserve(_ memory: NodeMemory) -> Int {
    let kept = systemCalls.number("/proc/sys/vm/min_free_kbytes") ?? 0
    return 2 * (kept << 10) + memory.totalByteCount / 64
  }

  /// Those of the nodes that have too little free memory to tell a failure from a spill, or whose
  /// memory the system does not show.
  package func shortage(on nodes: Set<NUMANode>) -> Set<NUMANode> {
    nodes.filter { node in
      guard let memory = NodeMemory(node, systemCalls) else { return true }
      return memory.freeByteCount - reserve(memory) < byteCount
    }
  }

  /// Has the kernel take back what it can do without on those of the nodes that are short: as much as
  /// a bound region needs that is gone again at once. With one node no page can be elsewhere.
  func make(on nodes: Set<NUMANode>) {
    guard NUMATopology.nodesWithMemory(systemCalls).count > 1 else { return }
    for node in shortage(on: nodes).sorted() {
      guard let memory = NodeMemory(node, systemCalls), byteCount < memory.totalByteCount else {
        continue
      }
      let wanted = (byteCount + reserve(memory)) & -IOPage.pageSize
      // Where it does not fit the node stays short, which is looked up again.
      _ = try? MemoryRegion(RegionOptions(byteCount: wanted, placement: .bind(to: node)))
    }
  }
}
