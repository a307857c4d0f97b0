// W7: opening. A region is reserved, nothing is committed, and a pool is made over it: what a
// program pays before the first page, and whether it depends on the size.

import IOPages

/// W7: opens and closes regions of several sizes.
struct OpeningWorkload {
  var context: BenchContext

  func lanes() -> [BenchLane] {
    context.sizes.openedByteCounts.map { byteCount in
      BenchLane(key: "\(byteCount)") { try measure(byteCount) }
    }
  }

  private func measure(_ byteCount: Int) throws -> [BenchSample] {
    let clock = ContinuousClock()
    let pages = byteCount / IOPage.pageSize
    let before = try residentByteCount()
    let start = clock.now
    let region = try MemoryRegion(RegionOptions(byteCount: byteCount, initiallyCommitted: 0))
    let pool = try PagePool(region: region)
    let elapsed = start.duration(to: clock.now) / .nanoseconds(1)
    let resident = try residentByteCount() - before
    let tableByteCount = PagePool.sideTableByteCount(
      pageCount: pages, largestOrder: region.granted.largestOrder)
    withExtendedLifetime(pool) {}
    return [
      BenchSample(metric: "open-ns", byteCount: byteCount, value: elapsed),
      BenchSample(
        metric: "resident-bytes", byteCount: byteCount, unit: .bytes, value: Double(resident)),
      BenchSample(
        metric: "metadata-bytes-per-page", byteCount: byteCount, unit: .bytes,
        value: Double(tableByteCount) / Double(pages)),
    ]
  }

  /// The resident memory of this process: the exact figure, which the kernel adds up on request.
  private func residentByteCount() throws -> Int {
    let text = TextFile.read("/proc/self/smaps_rollup") ?? ""
    for line in text.split(separator: "\n") where line.hasPrefix("Rss:") {
      let words = line.split(separator: " ")
      if words.count == 3, let kibibytes = Int(words[1]) { return kibibytes << 10 }
    }
    throw ToolError("/proc/self/smaps_rollup does not say how much memory is resident")
  }
}
