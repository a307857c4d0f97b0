import IOPages
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct SinglePagesTests {
  private func pool(pages: Int) throws -> PagePool {
    try PagePool(region: MemoryRegion(RegionOptions(byteCount: pages * 4096)))
  }

  @Test func pagesAreSeparateOwners() throws {
    let pool = try pool(pages: 16)
    var pages = try pool.allocate(singlePages: 5)
    #expect(pages.count == 5)
    var numbers: Set<Int> = []
    for index in 0..<pages.count {
      #expect(pages[index].pageCount == 1)
      numbers.insert(pages[index].pageNumber)
    }
    #expect(numbers.count == 5)
    while let page = pages.popLast() {
      #expect(page.byteCount == 4096)
      _ = consume page
      #expect(pool.statistics.allocatedPages == pages.count)
    }
  }

  @Test func noneOfThemIsNoAllocation() throws {
    let pool = try pool(pages: 1)
    let pages = try pool.allocate(singlePages: 0)
    #expect(pages.count == 0)
    #expect(pool.statistics.allocations == 0)
  }

  @Test func allOrNone() throws {
    let pool = try pool(pages: 16)
    let held = try pool.allocate(pages: 10)
    do throws(OutOfMemory) {
      let pages = try pool.allocate(singlePages: 7)
      Issue.record("\(pages.count) pages were not free.")
    } catch {
      #expect(error.reason == .exhausted)
      #expect(error.freePages == 6)
    }
    #expect(pool.statistics.allocatedPages == held.pageCount)
  }

  @Test(arguments: [17, 1 << 50, Int.max])
  func moreThanTheRegionTakesNoMemoryAtAll(count: Int) throws {
    let pool = try pool(pages: 16)
    do throws(OutOfMemory) {
      let pages = try pool.allocate(singlePages: count)
      Issue.record("\(pages.count) pages were not there.")
    } catch {
      #expect(error.reason == .largerThanRegion)
      #expect(error.requestedPages == count)
    }
  }

  @Test func aRunSplitsIntoItsPages() throws {
    let pool = try pool(pages: 16)
    let run = try pool.allocate(pages: 7)
    let first = run.pageNumber
    var pages = run.split()
    #expect(pages.count == 7)
    for index in 0..<7 { #expect(pages[index].pageNumber == first + index) }
    pages.removeAll()
    #expect(pool.statistics.allocatedPages == 0)
    let none = try pool.allocate(pages: 0).split()
    #expect(none.count == 0)
  }

  @Test func negativeCountsTrap() async {
    await #expect(processExitsWith: .trap) {
      let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 4096)))
      _ = try pool.allocate(singlePages: -1)
    }
  }
}
