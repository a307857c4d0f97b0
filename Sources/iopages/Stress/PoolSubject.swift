// A pool, and a set of pools, as they are stressed.

import IOPages
import PagePools

/// One pool over a region.
struct PoolSubject: StressSubject {
  let region: MemoryRegion
  let pool: PagePool
  let inspection: PoolInspection

  init(
    _ region: MemoryRegion, cacheMethod: ProcessorCacheMethod,
    inspection: PoolInspection = PoolInspection()
  ) throws(RegionError) {
    self.region = region
    self.inspection = inspection
    pool = try PagePool(region: region, cacheMethod: cacheMethod, inspection: inspection)
  }

  var spans: [PageSpan] { [PageSpan(region)] }
  var statistics: [PoolStatistics] { [pool.statistics] }
  var leakReports: [LeakReport] { [pool.leakReport] }

  func allocate(order: Int, contents: PageContents, draw: UInt64) throws(OutOfMemory) -> IOPage {
    try pool.allocate(order: order, contents: contents, tag: .drawn(draw))
  }

  func allocate(pages: Int, contents: PageContents, draw: UInt64) throws(OutOfMemory) -> IOPage {
    try pool.allocate(pages: pages, contents: contents, tag: .drawn(draw))
  }

  func allocate(
    singlePages count: Int, into pages: inout UniqueArray<IOPage>, contents: PageContents,
    draw: UInt64
  ) throws(OutOfMemory) {
    try pool.allocate(
      singlePages: count, into: &pages, contents: contents, tag: .drawn(draw))
  }

  func free(_ pages: inout UniqueArray<IOPage>) { pool.free(&pages) }

  func trim(draw: UInt64) throws(RegionError) -> Int {
    try pool.trim(keeping: pool.trimmed(draw))
  }

  func drainCaches() { pool.drainCaches() }
  func checkInvariants() throws(StressFault) { try pool.checkBooks() }
}

/// A pool for each node. One request in four is for a node by its number, and must be met there.
struct PoolSetSubject: StressSubject {
  let poolSet: PagePoolSet
  var inspection = PoolInspection()

  var spans: [PageSpan] {
    poolSet.nodes.compactMap { poolSet.regions[$0] }.map { PageSpan($0) }
  }
  var statistics: [PoolStatistics] { pools.map(\.statistics) }
  var leakReports: [LeakReport] { pools.map(\.leakReport) }
  private var pools: [PagePool] { poolSet.nodes.compactMap { poolSet.pools[$0] } }

  private func choice(_ draw: UInt64) -> (NodeChoice, NodeFallback) {
    guard draw & 3 == 0 else { return (.local, .nearest) }
    return (.node(poolSet.nodes[Int(draw >> 2 & 0xffff) % poolSet.nodes.count]), .none)
  }

  func allocate(order: Int, contents: PageContents, draw: UInt64) throws(OutOfMemory) -> IOPage {
    let (choice, fallback) = choice(draw)
    return try poolSet.allocate(
      order: order, on: choice, fallback: fallback, contents: contents, tag: .drawn(draw))
  }

  func allocate(pages: Int, contents: PageContents, draw: UInt64) throws(OutOfMemory) -> IOPage {
    let (choice, fallback) = choice(draw)
    return try poolSet.allocate(
      pages: pages, on: choice, fallback: fallback, contents: contents, tag: .drawn(draw))
  }

  func allocate(
    singlePages count: Int, into pages: inout UniqueArray<IOPage>, contents: PageContents,
    draw: UInt64
  ) throws(OutOfMemory) {
    let (choice, fallback) = choice(draw)
    try poolSet.allocate(
      singlePages: count, into: &pages, on: choice, fallback: fallback, contents: contents,
      tag: .drawn(draw))
  }

  /// Through the pool of the first page's node: single pages of other nodes are given back as well.
  func free(_ pages: inout UniqueArray<IOPage>) {
    guard !pages.isEmpty else { return }
    poolSet.pools[poolSet.node(of: pages[0])]?.free(&pages)
  }

  func trim(draw: UInt64) throws(RegionError) -> Int {
    let pool = pools[Int(draw >> 32) % pools.count]
    return try pool.trim(keeping: pool.trimmed(draw))
  }

  func drainCaches() {
    for pool in pools { pool.drainCaches() }
  }

  func checkInvariants() throws(StressFault) {
    for pool in pools { try pool.checkBooks() }
  }
}

extension AllocationTag {
  /// One of eight, half of which name their place.
  fileprivate static func drawn(_ draw: UInt64) -> AllocationTag {
    let tag = AllocationTag(value: 1 + draw >> 20 & 7)
    return draw >> 23 & 1 == 0 ? tag : .here(tag)
  }
}

extension PageSpan {
  fileprivate init(_ region: MemoryRegion) {
    // Only a number.
    self.init(
      base: unsafe UInt(bitPattern: region.baseAddress),
      pageCount: region.byteCount / IOPage.pageSize)
  }
}

extension PagePool {
  /// How many pages a trim keeps: none, or some of those that are free.
  fileprivate func trimmed(_ draw: UInt64) -> Int {
    draw & 1 == 0 ? 0 : Int(draw >> 1 & 0xffff) % (statistics.freePages + 1)
  }

  fileprivate func checkBooks() throws(StressFault) {
    do throws(PoolInvariantViolation) {
      try checkInvariants()
    } catch {
      throw StressFault(expected: "books that agree", found: "\(error)")
    }
  }
}
