import IOPages
import Testing
import iopages

@Suite struct ReplaySlotsTests {
  @Test func keepsAndGivesBack() throws {
    let pool = try makeReplayPool(pageCount: 2048)
    do {
      let slots = ReplaySlots(count: 4)
      #expect(slots.hugeBlockCount(pageCount: 2048) == 0)
      slots.put(try pool.allocate(order: 9), at: 0)
      slots.put(try pool.allocate(order: 0), at: 1)
      slots.put(try pool.allocate(order: 0), at: 3)
      #expect(slots.hugeBlockCount(pageCount: 2048) == 2, "two pages share a block")
      slots.put(try pool.allocate(order: 10), at: 2)
      #expect(slots.hugeBlockCount(pageCount: 2048) == 4, "a larger one has two")
      slots.drop(at: 0)
      slots.drop(at: 0)
      #expect(slots.hugeBlockCount(pageCount: 2048) == 3)
      #expect(pool.statistics.allocatedPages == 1026)
    }
    #expect(pool.statistics.allocatedPages == 0, "what is left goes with the table")
  }

  @Test func trapsBeyondItsEnd() async {
    await #expect(processExitsWith: .failure) { ReplaySlots(count: 1).drop(at: 1) }
    await #expect(processExitsWith: .failure) { ReplaySlots(count: 1).drop(at: -1) }
  }
}

/// A pool over memory that nobody touches.
func makeReplayPool(pageCount: Int) throws -> PagePool {
  try PagePool(region: MemoryRegion(RegionOptions(byteCount: pageCount * 4096, population: .none)))
}
