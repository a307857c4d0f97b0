import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("Buddy: counts and the fragmentation index")
struct BuddyStatisticsTests {
  @Test func countsFollowASplitAndAMerge() throws {
    let fixture = BuddyFixture(frameCount: 4096, largestOrder: 12)
    for order in 0...12 {
      #expect(fixture.buddy.freeBlockCount(order: order) == (order == 12 ? 1 : 0))
    }
    #expect(fixture.buddy.largestFreeOrder == 12)
    #expect(fixture.buddy.allocate(order: 4) == 0)
    for order in 0...12 {
      #expect(fixture.buddy.freeBlockCount(order: order) == ((4..<12).contains(order) ? 1 : 0))
    }
    #expect(fixture.buddy.largestFreeOrder == 11)
    #expect(fixture.buddy.freeFrameCount == 4080)
    try fixture.buddy.free(0, order: 4)
    #expect(fixture.buddy.freeBlockCount(order: 12) == 1)
    #expect(fixture.buddy.freeFrameCount == 4096)
  }

  @Test func ordersAboveTheLargestHaveNoBlocks() {
    let fixture = BuddyFixture(frameCount: 64, largestOrder: 5)
    #expect(fixture.buddy.freeBlockCount(order: 5) == 2)
    for order in [6, 7, 35, 36, 63, 64, Int.max] {
      #expect(fixture.buddy.freeBlockCount(order: order) == 0)
    }
  }

  // MARK: - Fragmentation index
  // Linux, __fragmentation_index: 0 without free blocks; -1 if one is large enough; else
  // 1 - (1 + free frames / requested frames) / free blocks.

  @Test func theIndexOfARequestThatWouldSucceedIsMinusOne() {
    let fixture = BuddyFixture(frameCount: 4096, largestOrder: 12)
    for order in 0...12 { #expect(fixture.buddy.fragmentationIndex(order: order) == -1) }
  }

  @Test func theIndexOfAnEmptyRegionIsZero() {
    let fixture = BuddyFixture(frameCount: 4096, largestOrder: 12)
    #expect(fixture.buddy.allocate(order: 12) == 0)
    for order in 0...35 { #expect(fixture.buddy.fragmentationIndex(order: order) == 0) }
  }

  /// Every second frame is free: much memory, all in pieces.
  @Test func theIndexNearsOneWhereMemoryIsInPieces() throws {
    let fixture = BuddyFixture(frameCount: 4096, largestOrder: 12)
    #expect(fixture.buddy.allocate(order: 12) == 0)
    for frame in stride(from: 0, to: 4096, by: 2) { try fixture.buddy.free(frame, order: 0) }
    #expect(fixture.buddy.fragmentationIndex(order: 0) == -1)
    #expect(fixture.buddy.fragmentationIndex(order: 1) == 1 - 1025.0 / 2048)
    #expect(fixture.buddy.fragmentationIndex(order: 9) == 1 - 5.0 / 2048)
    #expect(fixture.buddy.fragmentationIndex(order: 12) == 1 - 1.5 / 2048)
  }

  /// Three free frames cannot be a block of 512 however they lie: that is lack of memory.
  @Test func theIndexIsLowerWhereMemoryIsShort() throws {
    let fixture = BuddyFixture(frameCount: 4096, largestOrder: 12)
    #expect(fixture.buddy.allocate(order: 12) == 0)
    for frame in [1, 3, 5] { try fixture.buddy.free(frame, order: 0) }
    let requests = 3.0 / 512
    #expect(fixture.buddy.fragmentationIndex(order: 9) == 1 - (1 + requests) / 3)
  }
}
