import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("FreeBlockCounts: a snapshot of what is free")
struct FreeBlockCountsTests {
  @Test func nothingIsFreeAtFirst() {
    let counts = FreeBlockCounts()
    #expect(counts.frameCount == 0 && counts.blockCount == 0 && counts.largestOrder == nil)
    for order in [0, 18, 35, 36, 64, Int.max] { #expect(counts[order] == 0) }
    #expect(counts.fragmentationIndex(order: 0) == 0)
  }

  @Test func countsAddUp() {
    var counts = FreeBlockCounts()
    counts.add(3, order: 0)
    counts.add(0, order: 35)
    #expect(counts.largestOrder == 0, "no block of an order is no largest block")
    counts.add(2, order: 9)
    counts.add(1, order: 0)
    #expect(counts[0] == 4 && counts[9] == 2 && counts[1] == 0)
    #expect(counts.frameCount == 4 + 1024)
    #expect(counts.blockCount == 6)
    #expect(counts.largestOrder == 9)
    #expect(counts.fragmentationIndex(order: 9) == -1)
    #expect(counts.fragmentationIndex(order: 10) == 1 - 2.00390625 / 6)
  }

  @Test func theSnapshotIsTheBuddysState() throws {
    let fixture = BuddyFixture(frameCount: 5000, largestOrder: 12)
    let before = fixture.buddy.freeBlocks
    #expect(fixture.buddy.allocate(order: 3) == 4992)
    #expect(fixture.buddy.allocate(frames: 100) == 4864)
    let after = fixture.buddy.freeBlocks
    for order in 0...12 {
      #expect(after[order] == fixture.buddy.freeBlockCount(order: order))
      #expect(after[order] == fixture.freeBlocks.count { $0.order == order })
    }
    #expect(after.frameCount == fixture.buddy.freeFrameCount)
    #expect(after.largestOrder == fixture.buddy.largestFreeOrder)
    #expect(before.frameCount == 5000 && before[3] == 1, "a snapshot does not change")
  }
}
