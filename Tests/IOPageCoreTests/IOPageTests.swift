import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct IOPageTests {
  @Test func aPageKnowsItsSizeAndPlace() throws {
    let pool = PoolTestMemory.makePool(pages: 64)
    let first = try pool.allocate(pages: 3)
    let second = try pool.allocate(order: 2)
    #expect(IOPage.pageSize == 4096)
    #expect(first.pageCount == 3)
    #expect(first.byteCount == 3 * 4096)
    #expect(first.isEmpty == false)
    #expect(second.pageCount == 4)
    #expect(second.pageNumber % 4 == 0)
    #expect(second.regionOffset == second.pageNumber * 4096)
    let distance = unsafe second.baseAddress - first.baseAddress
    #expect(distance == second.regionOffset - first.regionOffset)
    #expect(unsafe UInt(bitPattern: second.baseAddress) % (4 * 4096) == 0)
    #expect(first.isFrom(pool) == true)
    #expect(first.isFrom(PoolTestMemory.makePool(pages: 1)) == false)
  }

  @Test func aDroppedPageIsFree() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    do {
      let page = try pool.allocate(pages: 5)
      #expect(pool.statistics.allocatedPages == page.pageCount)
    }
    #expect(pool.statistics.allocatedPages == 0)
    #expect(pool.statistics.freeBlocks[3] == 1)
  }

  @Test func aPageOutlivesItsPoolsHandle() throws {
    let released = PoolTestMemory.Flag()
    var pool: PagePool? = PoolTestMemory.makePool(pages: 8, released: released)
    var page = try pool?.allocate(pages: 2)
    pool = nil
    page?.fill(with: 9)
    let last = page?[8191]
    #expect(last == 9)
    #expect(!released.isSet)
    page = nil
    #expect(released.isSet)
  }

  @Test func anEmptyPageMayOutliveTheMemory() throws {
    let released = PoolTestMemory.Flag()
    var pool: PagePool? = PoolTestMemory.makePool(pages: 1, released: released)
    let page = try empty(of: #require(pool))
    pool = nil
    #expect(released.isSet)
    #expect(page.isEmpty == true)
    #expect(page.byteCount == 0)
    #expect(page.pageNumber == 0)
    #expect(page.bytes.byteCount == 0)
  }

  private func empty(of pool: PagePool) throws -> IOPage { try pool.allocate(pages: 0) }

  @Test func aPageIsThreeWords() {
    #expect(MemoryLayout<IOPage>.size == 3 * MemoryLayout<Int>.size)
  }

  /// A page moves to another thread by an optional, and is dropped there.
  @Test func aPageMayBeDroppedOnAnotherThread() async throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let keeper = Keeper()
    await keeper.keep(try pool.allocate(pages: 4))
    #expect(pool.statistics.allocatedPages == 4)
    #expect(await keeper.drop() == 4)
    #expect(pool.statistics.allocatedPages == 0)
  }

  private actor Keeper {
    private var page: IOPage?
    func keep(_ page: consuming sending IOPage) { self.page = consume page }
    func drop() -> Int {
      guard let page = page.take() else { return 0 }
      return page.pageCount
    }
  }
}
