import IOPages
import Testing
import iopages

@Suite struct PoolPictureTests {
  @Test(arguments: [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (512, 9), (513, 10)])
  func knowsTheOrderThatHoldsARun(pageCount: Int, order: Int) {
    #expect(PoolPicture.order(holding: pageCount) == order)
  }

  @Test func showsUsedAndFreeBlocksByOrder() throws {
    let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 64 << 10)))
    let page = try pool.allocate(order: 0)
    let block = try pool.allocate(order: 2)
    let picture = PoolPicture(
      pool.statistics, usedPageCounts: [page.pageCount, block.pageCount])
    // 16 pages: one and four are used; what is left is one, two and eight.
    #expect(picture.pageCount == 16)
    #expect(picture.freePageCount == 11)
    #expect(picture.rows.map(\.order) == [0, 1, 2, 3, 4])
    #expect(picture.rows.map(\.usedCount) == [1, 0, 1, 0, 0])
    #expect(picture.rows.map(\.freeCount) == [1, 1, 0, 1, 0])
    #expect(picture.rows[3].fragmentationIndex == -1)
    #expect(picture.rows[4].fragmentationIndex > 0)

    let lines = picture.lines(barWidth: 16)
    #expect(
      lines == [
        "pool of 64 KiB: 5 pages used, 11 free",
        "  order     block    used    free",
        "      0     4 KiB       1       1  #.",
        "      1     8 KiB       0       1  ..",
        "      2    16 KiB       1       0  ####",
        "      3    32 KiB       0       1  ........",
      ])
  }

  @Test func aLittleIsStillSeen() throws {
    let pool = try PagePool(
      region: MemoryRegion(RegionOptions(byteCount: 1 << 30, population: .none)))
    let page = try pool.allocate(order: 0)
    pool.drainCaches()
    let picture = PoolPicture(pool.statistics, usedPageCounts: [page.pageCount])
    #expect(picture.lines(barWidth: 10)[2].hasSuffix("  #."))
  }
}
