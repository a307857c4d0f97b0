// W7: opening. A region is reserved, nothing is committed, and a pool is made over it: what a
// program pays before the first page, and whether it depends on the size.

import FileCopying
import IOPages

/// Opens and closes regions of three sizes.
struct OpeningWorkload {
  var samples: Int

  private static let sizes = [1 << 30, 64 << 30, 1 << 40].map { ByteSize(byteCount: $0) }

  func run() throws -> [BenchResult] {
    try OpeningWorkload.sizes.flatMap(measure)
  }

  private func measure(_ size: ByteSize) throws -> [BenchResult] {
    let pages = size.byteCount / IOPage.pageSize
    var times: [Double] = []
    var residents: [Double] = []
    var tableByteCount = 0
    let clock = ContinuousClock()
    for _ in 0..<samples {
      let before = try residentByteCount()
      let start = clock.now
      let region = try MemoryRegion(
        RegionOptions(byteCount: size.byteCount, initiallyCommitted: 0))
      let pool = try PagePool(region: region)
      times.append(start.duration(to: clock.now) / .nanoseconds(1))
      residents.append(Double(try residentByteCount() - before))
      tableByteCount = PagePool.sideTableByteCount(
        pageCount: pages, largestOrder: region.granted.largestOrder)
      withExtendedLifetime(pool) {}
    }
    return [
      BenchResult(.opening, metric: "open-ns", size: size, unit: "ns", samples: times),
      BenchResult(
        .opening, metric: "resident-bytes", size: size, unit: "bytes", samples: residents),
      BenchResult(
        .opening, metric: "metadata-bytes-per-page", size: size, unit: "bytes",
        samples: [Double(tableByteCount) / Double(pages)]),
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
