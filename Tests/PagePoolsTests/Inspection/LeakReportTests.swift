import MemoryTestSupport
import PagePools
import Synchronization
import Testing

@Suite(.leavesNoPages) struct LeakReportTests {
  private func taken(_ pool: PagePool, pages: Int, _ tag: AllocationTag) throws -> Range<Int> {
    let first = try pool.reference.allocate(
      pages: pages, contents: .uninitialized, reclaim: .never, tag: tag)
    return first..<first + pages
  }

  private func recording() -> PagePool {
    var inspection = PoolInspection()
    inspection.recordsTags = true
    return PoolTestMemory.makePool(pages: 64, inspection: inspection)
  }

  @Test func outstandingPagesStandUnderTheirTags() throws {
    let pool = recording()
    #expect(pool.leakReport.isEmpty)
    let first = try taken(pool, pages: 3, "rx")
    let second = try taken(pool, pages: 5, "tx")
    let third = try taken(pool, pages: 1, "rx")
    let report = pool.leakReport
    #expect(report.pages == 9)
    #expect(report.entries.map(\.tag) == ["tx", "rx"])
    #expect(report.entries.map(\.pages) == [5, 4])
    #expect(report.entries.map(\.oldestPage) == [second.lowerBound, first.lowerBound])
    for entry in report.entries {
      let (oldest, newest) = (
        try #require(entry.oldestMilliseconds), try #require(entry.newestMilliseconds)
      )
      #expect(newest >= 0 && oldest >= newest)
    }
    #expect(report.description.hasPrefix("9 page(s) are out\n  5 page(s): tx, taken "))
    // A part that comes back is out no more.
    pool.reference.free(second.lowerBound..<second.upperBound - 1)
    #expect(pool.leakReport.entries.map(\.pages) == [4, 1])
    pool.reference.free(second.upperBound - 1..<second.upperBound)
    pool.reference.free(first)
    pool.reference.free(third)
    #expect(pool.leakReport.isEmpty)
    #expect(pool.leakReport.description == "no pages are out")
  }

  @Test func withoutTagsThePagesAreCounted() throws {
    let pool = PoolTestMemory.makePool(pages: 64, cacheMethod: .exchange, cacheByteLimit: 1 << 20)
    let frame = try pool.reference.allocate(order: 2, contents: .zeroed, reclaim: .never, tag: "rx")
    #expect(pool.leakReport.entries.map(\.pages) == [4])
    #expect(pool.leakReport.description == "4 page(s) are out\n  4 page(s): untagged")
    unsafe pool.reference.free(pool.reference.base + frame << 12, pageCount: 4)
    #expect(pool.leakReport.isEmpty)
  }

  @Test(arguments: [true, false])
  func theEndOfTheHandleTellsOfLeaks(records: Bool) throws {
    let reports = Mutex<[LeakReport]>([])
    let released = PoolTestMemory.Flag()
    var inspection = PoolInspection()
    inspection.recordsTags = records
    var pool: PagePool? = PoolTestMemory.makePool(
      pages: 8, released: released, inspection: inspection)
    pool?.onLeak { report in reports.withLock { $0.append(report) } }
    let reference = try #require(pool?.reference)
    let first = try reference.allocate(pages: 2, contents: .zeroed, reclaim: .never, tag: "rx")
    pool = nil
    #expect(reports.withLock { $0.map(\.pages) } == [2])
    #expect(reports.withLock { $0[0].entries[0].tag } == (records ? "rx" : .none))
    // It lives on all the same.
    reference.free(first..<first + 2)
    #expect(released.isSet)
  }

  @Test func whereNothingIsOutNobodyIsTold() {
    let reports = Mutex<[LeakReport]>([])
    var pool: PagePool? = recording()
    pool?.onLeak { report in reports.withLock { $0.append(report) } }
    pool = nil
    #expect(reports.withLock { $0.isEmpty })
  }
}
