import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct PageBufferAllocatingTests {
  @Test(arguments: [0, 1, 4095, 4096, 4097, 3 * 4096])
  func asManyPagesAsNeeded(count: Int) throws {
    let pool = PoolTestMemory.makePool(pages: 8, contents: .unknown)
    let buffer = try PageBuffer(count: count, from: pool)
    let length = buffer.count
    #expect(length == count)
    #expect(pool.statistics.allocatedPages == IOPage.pageCount(covering: count))
    let isZero = (0..<count).allSatisfy { buffer[$0] == 0 }
    #expect(isZero)
  }

  /// What was there before is overwritten or out of reach.
  @Test(arguments: [0, 1, 100, 4096, 5000, 8192])
  func filledThroughASpanThatCannotBeRead(written: Int) throws {
    let pool = PoolTestMemory.makePool(pages: 8, contents: .unknown)
    let buffer = try PageBuffer(capacity: 8192, from: pool) { output in
      #expect(output.freeCapacity == 8192)
      for index in 0..<written { output.append(UInt8(truncatingIfNeeded: index)) }
    }
    let length = buffer.count
    #expect(length == written)
    let isWritten = (0..<written).allSatisfy { buffer[$0] == UInt8(truncatingIfNeeded: $0) }
    #expect(isWritten)
    #expect(pool.statistics.allocatedPages == IOPage.pageCount(covering: written))
  }

  @Test(arguments: [0, 1, 4096, 8191, 8192])
  func pagesFilledInPartAreZeroBehind(written: Int) throws {
    let pool = PoolTestMemory.makePool(pages: 8, contents: .unknown)
    let page = try pool.allocate(pages: 2) { output in
      for _ in 0..<written { output.append(UInt8(1)) }
    }
    let sum = (0..<8192).reduce(0) { $0 + Int(page[$1]) }
    #expect(sum == written)
  }

  @Test func outOfMemoryIsTyped() throws {
    let pool = PoolTestMemory.makePool(pages: 2)
    let view = try pool.limited(to: 1)
    #expect(throws: OutOfMemory.self) { _ = try PageBuffer(count: 3 * 4096, from: pool) }
    let error = #expect(throws: OutOfMemory.self) {
      _ = try PageBuffer(copying: [UInt8](repeating: 0, count: 5000), from: view)
    }
    #expect(error?.reason == .limit)
    var calls = 0
    #expect(throws: OutOfMemory.self) {
      _ = try PageBuffer(capacity: 3 * 4096, from: pool) { _ in calls += 1 }
    }
    #expect(calls == 0)
    #expect(pool.statistics.allocatedPages == 0)
  }

  /// A source of somebody else's, which is wrong by some pages.
  private struct WrongSource: PageSource {
    let pool: PagePool
    let difference: Int

    func allocate(
      pages: Int, contents: PageContents, reclaim: ReclaimPolicy, tag: AllocationTag
    ) throws(OutOfMemory) -> IOPage {
      try pool.allocate(pages: pages + difference, contents: contents, reclaim: reclaim, tag: tag)
    }

    func allocate(
      order: Int, contents: PageContents, reclaim: ReclaimPolicy, tag: AllocationTag
    ) throws(OutOfMemory) -> IOPage {
      try allocate(pages: 1 << order, contents: contents, reclaim: reclaim, tag: tag)
    }
  }

  @Test(arguments: [4096, 10_000, 16_384])
  func tooManyPagesGoBack(count: Int) throws {
    let pool = PoolTestMemory.makePool(pages: 16)
    let buffer = try PageBuffer(count: count, from: WrongSource(pool: pool, difference: 2))
    let length = buffer.count
    #expect(length == count)
    #expect(pool.statistics.allocatedPages == IOPage.pageCount(covering: count))
  }

  @Test func tooFewPagesTrap() async {
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 16)
        _ = try PageBuffer(count: 16_384, from: WrongSource(pool: pool, difference: -2))
      }
    }
  }

  @Test func negativeCountsTrap() async {
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 2)
        _ = try PageBuffer(count: -1, from: pool)
      }
    }
  }
}
