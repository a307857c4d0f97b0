// What one node has: from its directory in /sys, which libnuma reads too.

/// The memory of one node, as /sys/devices/system/node/nodeN/meminfo has it.
package struct NodeMemory {
  package var totalByteCount: Int
  package var freeByteCount: Int
  /// Free bytes, and those of the page cache and of slabs, which give way.
  package var availableByteCount: Int

  /// Nil if there is no such node, or no /sys.
  package init?(_ node: NUMANode, _ systemCalls: SystemCalls) {
    let path = NUMATopology.directory(node) + "/meminfo"
    guard let sizes = systemCalls.keyedSizes(path),
      let total = sizes["MemTotal"], let free = sizes["MemFree"]
    else { return nil }
    let yielding = ["Active(file)", "Inactive(file)", "SReclaimable"]
    self.totalByteCount = total
    self.freeByteCount = free
    self.availableByteCount = free + yielding.reduce(0) { $0 + (sizes[$1] ?? 0) }
  }
}
