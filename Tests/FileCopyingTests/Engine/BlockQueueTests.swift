import IOPages
import MemoryTestSupport
import SystemPackage
import Testing

@testable import FileCopying

@Suite(.leavesNoPages) struct BlockQueueTests {
  @Test func takesItsBlocksFromThePoolAndGivesThemBack() throws {
    let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
    do {
      let queue = try makeQueue(blockCount: 3, byteCount: 32_768, pool)
      #expect(queue.count == 3)
      #expect(pool.statistics.allocatedPages == 24)
    }
    #expect(pool.statistics.allocatedPages == 0)
  }

  @Test func doesWithFewerBlocksWhereThereIsNoRoomForMore() throws {
    let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
    let queue = try makeQueue(blockCount: 9, byteCount: 256 << 10, pool)
    #expect(queue.count == 4)
  }

  @Test func needsOneBlockAtLeast() throws {
    let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
    let error = #expect(throws: OutOfMemory.self) {
      try makeQueue(blockCount: 1, byteCount: 2 << 20, pool)
    }
    #expect(error?.requestedPages == 512)
    #expect(pool.statistics.allocatedPages == 0)
  }

  private func makeQueue(
    blockCount: Int, byteCount: Int, _ pool: PagePool
  ) throws -> BlockQueue {
    let file = try DirectFile(opening: "/dev/null", .readWrite, directly: false)
    defer { try? file.descriptor.close() }
    return try BlockQueue(
      blockCount: blockCount, byteCount: byteCount, from: pool, through: nil, source: file,
      destination: file)
  }
}
