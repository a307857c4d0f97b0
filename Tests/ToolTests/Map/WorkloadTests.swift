import IOPages
import Testing
import iopages

@Suite struct WorkloadTests {
  @Test(arguments: [1, 2, 16, 4096, 16_384, 1 << 20])
  func leavesBlocksThatThePoolCountsToo(pageCount: Int) throws {
    let pool = try makePool(pageCount: pageCount)
    do {
      var workload = Workload(in: pool, seed: 3)
      workload.run()
      let taken = workload.takenPages
      #expect(taken.reduce(0) { $0 + $1.count } == pool.statistics.allocatedPages)
      for (block, next) in zip(taken, taken.dropFirst()) {
        #expect(block.upperBound <= next.lowerBound, "no page is taken twice")
      }
      try pool.checkInvariants()
    }
    #expect(pool.statistics.freePages == pageCount, "all is given back in the end")
  }

  @Test func takesBlocksOfManyOrders() throws {
    let pool = try makePool(pageCount: 16_384)
    var workload = Workload(in: pool, seed: 1)
    workload.run()
    #expect(Set(workload.takenPages.map(\.count)).count >= 5)
  }

  @Test func keepsABlockThatWasAskedFor() throws {
    let pool = try makePool(pageCount: 64)
    var workload = Workload(in: pool, seed: 1)
    let pages = try workload.take(order: 3)
    #expect(pages.count == 8)
    #expect(workload.takenPages == [pages])
    #expect(throws: OutOfMemory.self) { try workload.take(order: 6) }
  }

  private func makePool(pageCount: Int) throws -> PagePool {
    try PagePool(
      region: MemoryRegion(RegionOptions(byteCount: pageCount * 4096, population: .none)))
  }
}
