import Glibc
import IOPages
import MemoryTestSupport
import Testing

/// How many of the region's pages have memory behind them, by mincore(2).
private func residentPages(of region: MemoryRegion, _ pages: Range<Int>) -> Int {
  var residency = [UInt8](repeating: 0, count: pages.count)
  // The pages are mapped, and the array has a byte for each.
  let result = unsafe mincore(
    region.baseAddress + pages.lowerBound * 4096, pages.count * 4096, &residency)
  #expect(result == 0)
  return residency.filter { $0 & 1 != 0 }.count
}

private let options = [
  RegionOptions(byteCount: 8 << 20),
  RegionOptions(byteCount: 8 << 20, population: .none),
  RegionOptions(byteCount: 8 << 20, lockedInMemory: true),
  RegionOptions(byteCount: 8 << 20, storage: .memfd(name: "trimmed")),
  RegionOptions(byteCount: 8 << 20, population: .none, storage: .memfd(name: "trimmed")),
  RegionOptions(byteCount: 8 << 20, backing: .transparentHugePages, allowing: .hugePages),
]

@Suite(.leavesNoPages) struct TrimRegionTests {
  @Test(arguments: options)
  func memoryGoesBackToTheKernel(options: RegionOptions) throws {
    let region = try MemoryRegion(options)
    let pool = try PagePool(region: region)
    do {
      var page = try pool.allocate(pages: 2048)
      page.fill(with: 1)
    }
    #expect(residentPages(of: region, 0..<2048) == 2048)
    #expect(try pool.trim(keeping: 512) == 1536)
    #expect(residentPages(of: region, 0..<512) == 512)
    #expect(residentPages(of: region, 512..<2048) == 0)
    #expect(pool.statistics.trimmedPages == 1536)
    #expect(pool.statistics.absentPages == 1536)
    #expect(try pool.trim() == 512)
    #expect(residentPages(of: region, 0..<2048) == 0)
    let cleared = pool.statistics.clearedPages
    let page = try pool.allocate(pages: 2048)
    for offset in stride(from: 0, to: page.byteCount, by: 8)
    where page.load(fromByteOffset: offset, as: UInt64.self) != 0 {
      Issue.record("Old data at \(offset).")
      break
    }
    // Where nobody else can write, it is known to be zero; a memory file is cleared.
    let isFile = region.granted.storage != .anonymous
    #expect(pool.statistics.clearedPages - cleared == (isFile ? 2048 : 0))
    #expect(pool.statistics.absentPages == 0)
  }

  /// No page that is handed out of a populated region may be without memory, cached or not.
  @Test func aPopulatedRegionKeepsItsPromise() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 16 << 20))
    let pool = try PagePool(region: region)
    var random = SplitMix64(seed: TestSeed.choose(for: "aPopulatedRegionKeepsItsPromise"))
    for _ in 0..<40 {
      try pool.trim(keeping: random.number(below: 4096))
      var pages = UniqueArray<IOPage>()
      for _ in 0..<60 {
        let page = try pool.allocate(order: random.geometric(upTo: 6), contents: .uninitialized)
        let first = page.pageNumber
        #expect(residentPages(of: region, first..<first + page.pageCount) == page.pageCount)
        pages.append(page)
      }
      try pool.allocate(
        singlePages: random.number(in: 1...200), into: &pages, contents: .uninitialized)
      for index in pages.indices {
        let first = pages[index].pageNumber
        #expect(residentPages(of: region, first..<first + 1) == 1)
      }
    }
    try pool.checkInvariants()
  }

  @Test func registeredRegionsAreNotTrimmed() throws {
    let region = try MemoryRegion(
      RegionOptions(byteCount: 4 << 20, excludedFromForks: true))
    let pool = try PagePool(region: region)
    do {
      let registration = try region.register(.vfio)
      let error = #expect(throws: RegionError.self) { try pool.trim() }
      #expect(error?.kind == .registered)
      #expect(registration.byteCount == 4 << 20)
    }
    #expect(pool.statistics.trimmedPages == 0)
    #expect(try pool.trim() == 1024)
    // A device finds every page in memory all the same.
    let registration = try region.register(.vfio)
    #expect(residentPages(of: region, 0..<1024) == 1024)
    _ = consume registration
  }

  @Test func cachedPagesAreTrimmedToo() throws {
    let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 64 << 20)))
    do { _ = try pool.allocate(singlePages: 100) }
    #expect(pool.statistics.cachedPages > 0 || pool.cacheMethod == .none)
    #expect(try pool.trim() == 16384)
    // With memory, the caches fill again.
    do { _ = try pool.allocate(singlePages: 100) }
    #expect(pool.statistics.cachedPages > 0 || pool.cacheMethod == .none)
    try pool.checkInvariants()
  }

  @Test func aChildMayNotTrim() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
      let status = statusOfForkedChild {
        do throws(RegionError) {
          try pool.trim()
          return 1
        } catch {
          return error.kind == .notOwner ? 0 : 2
        }
      }
      exit(status ?? 99)
    }
  }

  /// Against a model of the contents: what is to be zero is, what is held keeps its bytes.
  @Test(arguments: options)
  func contentsSurviveTrimming(options: RegionOptions) throws {
    var random = SplitMix64(seed: TestSeed.choose(for: "contentsSurviveTrimming"))
    let pool = try PagePool(region: MemoryRegion(options))
    var pages = UniqueArray<IOPage>()
    var stamps: [UInt64] = []
    for step in 1...1500 {
      switch random.number(below: 10) {
      case 0: try pool.trim(keeping: random.number(below: 1024))
      case 1...5:
        let wanted = random.size(upTo: 64)
        guard var page = try? pool.allocate(pages: wanted) else { continue }
        for offset in stride(from: 0, to: page.byteCount, by: 512)
        where page.load(fromByteOffset: offset, as: UInt64.self) != 0 {
          Issue.record("Step \(step): old data.")
          return
        }
        for offset in stride(from: 0, to: page.byteCount, by: 512) {
          page.storeBytes(of: UInt64(step), toByteOffset: offset, as: UInt64.self)
        }
        pages.append(page)
        stamps.append(UInt64(step))
      default:
        guard !pages.isEmpty else { continue }
        let index = random.number(below: pages.count)
        let page = pages.remove(at: index)
        let stamp = stamps.remove(at: index)
        for offset in stride(from: 0, to: page.byteCount, by: 512)
        where page.load(fromByteOffset: offset, as: UInt64.self) != stamp {
          Issue.record("Step \(step): a held page has changed.")
          return
        }
      }
    }
    try pool.checkInvariants()
  }
}
