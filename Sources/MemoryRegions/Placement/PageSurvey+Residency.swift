// Counting pages by node. get_mempolicy is not asked here: it brings in the page that it is asked
// about, and what was absent would be counted as present.

import SystemPackage

extension PageSurvey {
  /// The pages of the range by node.
  func residency() throws(RegionError) -> Residency {
    do throws(Errno) {
      return try askedResidency()
    } catch {
      if let counted = countedResidency() { return counted }
      throw RegionError(.residencyUnknown, call: "move_pages", errno: error)
    }
  }

  private func askedResidency() throws(Errno) -> Residency {
    var counts = [Int](repeating: 0, count: NodeMask.bitCount)
    var absent = 0
    try forEachChunk { (pages) throws(Errno) in
      for node in try systemCalls.nodes(pages) {
        if node >= 0 { counts[Int(node)] += basePagesEach } else { absent += basePagesEach }
      }
    }
    var pages: [NUMANode: Int] = [:]
    for (node, count) in counts.enumerated() where count > 0 { pages[NUMANode(node)] = count }
    return Residency(pages: pages, absent: absent, method: .everyPage)
  }

  /// By the counts of numa_maps; nil if they are not those of the range alone.
  private func countedResidency() -> Residency? {
    guard let maps = try? systemCalls.readFile("/proc/self/maps"),
      NUMAMaps.mappings(maps, beginAndEndWith: range),
      let text = try? systemCalls.readFile("/proc/self/numa_maps"),
      let count = NUMAMaps.count(text, in: range)
    else { return nil }
    var pages: [NUMANode: Int] = [:]
    for (node, count) in count.pagesByNode where count > 0 {
      pages[NUMANode(node)] = count * basePagesEach
    }
    let absent = range.count / pageByteCount - pages.values.reduce(0, +)
    // Pages came or went between the two files.
    guard absent >= 0 else { return nil }
    return Residency(pages: pages, absent: absent, method: .mappingCounts)
  }
}
