import IOPageCore
import IOPages
import PagePools
import Synchronization

@testable import iopages

/// A pool that is wrong in one way, from its n-th chance on.
struct FaultySubject: StressSubject {
  enum Fault: CaseIterable {
    case handsAPageOutTwice, losesAPage, leavesBytes, writesIntoBlocks, refusesForNothing
    case refusesWithFiguresThatFit, misaligns, givesTooLittle, countsWrong, leavesBlocksApart
    case givesWhatIsNotThePools
  }

  let fault: Fault
  private let pool: PoolSubject
  private let chances = Chances()

  /// How often the pool is right first.
  private static var chance: Int { 20 }

  private final class Chances: Sendable {
    let count = Atomic<Int>(0)
    let lastAddress = Atomic<UInt>(0)
    /// Whether it is time to be wrong.
    func isUp() -> Bool { count.add(1, ordering: .relaxed).newValue >= FaultySubject.chance }
    /// Whether it is time to be wrong, once.
    func isNow() -> Bool { count.add(1, ordering: .relaxed).newValue == FaultySubject.chance }
  }

  init(_ fault: Fault) throws {
    self.fault = fault
    pool = try PoolSubject(
      MemoryRegion(RegionOptions(byteCount: 8 << 20, population: .none)), cacheMethod: .exchange)
  }

  var spans: [PageSpan] { pool.spans }
  var leakReports: [LeakReport] { fault == .losesAPage ? [] : pool.leakReports }
  var inspection: PoolInspection { pool.inspection }

  var statistics: [PoolStatistics] {
    var statistics = pool.statistics
    let isUsed = statistics[0].allocations > 0
    if fault == .countsWrong, isUsed { statistics[0].allocations += 1 }
    if fault == .leavesBlocksApart, isUsed {
      statistics[0].freeBlocks = FreeBlockCounts()
      statistics[0].freeBlocks.add(2, order: 10)
    }
    return statistics
  }

  func allocate(order: Int, contents: PageContents, draw: UInt64) throws(OutOfMemory) -> IOPage {
    switch fault {
    case .refusesForNothing where chances.isUp():
      throw OutOfMemory(
        requestedPages: 1 << order, requestedOrder: order, freePages: 1 << order + 1,
        largestFreeOrder: nil, reason: .exhausted)
    case .refusesWithFiguresThatFit where chances.isUp():
      throw OutOfMemory(
        requestedPages: 1 << order, requestedOrder: order, freePages: 0, largestFreeOrder: nil,
        reason: .exhausted)
    case .misaligns where order > 0 && chances.isUp():
      let run = try pool.allocate(pages: 1 << order + 1, contents: contents, draw: draw)
      let halves = run.split(at: 1)
      return halves.tail
    case .givesTooLittle where order > 0 && chances.isUp():
      return try pool.allocate(pages: 1 << order - 1, contents: contents, draw: draw)
    case .givesWhatIsNotThePools where chances.isUp():
      let other = try? PagePool(
        region: MemoryRegion(RegionOptions(byteCount: 8 << 20, population: .none)))
      guard let other else { break }
      return try other.allocate(order: order, contents: contents)
    default: break
    }
    let page = try pool.allocate(order: order, contents: contents, draw: draw)
    if fault == .leavesBytes, contents == .zeroed, chances.isUp() {
      // One of the page's own bytes.
      unsafe page.baseAddress.storeBytes(of: 1, toByteOffset: 1234, as: UInt8.self)
    }
    if fault == .writesIntoBlocks, chances.isUp() {
      let last = chances.lastAddress.exchange(
        unsafe UInt(bitPattern: page.baseAddress), ordering: .relaxed)
      // A page of the region, which stays mapped; somebody else's, if it is not free.
      unsafe UnsafeMutablePointer<UInt64>(bitPattern: last)?.pointee ^= 1
    }
    return page
  }

  func allocate(pages: Int, contents: PageContents, draw: UInt64) throws(OutOfMemory) -> IOPage {
    try pool.allocate(pages: pages, contents: contents, draw: draw)
  }

  func allocate(
    singlePages count: Int, into pages: inout UniqueArray<IOPage>, contents: PageContents,
    draw: UInt64
  ) throws(OutOfMemory) {
    try pool.allocate(singlePages: count, into: &pages, contents: contents, draw: draw)
    guard fault == .handsAPageOutTwice, count > 1, chances.isNow() else { return }
    lose(pages.removeLast())
    pages.append(IOPage(pages[0].frames, of: pool.pool.reference))
  }

  func free(_ page: consuming IOPage) {
    if fault == .losesAPage, page.pageCount == 1, chances.isNow() { lose(page) }
  }

  func free(_ pages: inout UniqueArray<IOPage>) { pool.free(&pages) }
  func trim(draw: UInt64) throws(RegionError) -> Int { try pool.trim(draw: draw) }
  func drainCaches() { pool.drainCaches() }
  func checkInvariants() throws(StressFault) { try pool.checkInvariants() }

  private func lose(_ page: consuming IOPage) {
    // Nobody takes the address up.
    _ = unsafe page.release()
  }
}
