// Placement by hand-made examples: each is small enough to be worked out on paper. The model tests
// check the same rule on states that nobody would think of.

import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("Buddy.allocate(order:): the rule of placement")
struct BuddyAllocateTests {
  /// A buddy in which exactly these frames are free.
  private func buddy(
    frameCount: Int, largestOrder: Int, free: [Range<Int>]
  ) throws -> BuddyFixture {
    let fixture = BuddyFixture(frameCount: frameCount, largestOrder: largestOrder)
    #expect(fixture.buddy.allocate(at: 0..<frameCount) == true)
    for frames in free { try fixture.buddy.free(frames) }
    return fixture
  }

  @Test(arguments: 0...12)
  func theFirstBlockOfAnyOrderIsTheLowest(order: Int) throws {
    let fixture = BuddyFixture(frameCount: 8192, largestOrder: 12)
    #expect(fixture.buddy.allocate(order: order) == 0)
    #expect(fixture.buddy.freeFrameCount == 8192 - 1 << order)
    try fixture.buddy.checkInvariants()
  }

  @Test func blocksAreHandedOutFromLowToHigh() {
    let fixture = BuddyFixture(frameCount: 8192, largestOrder: 12)
    for frame in 0..<8192 { #expect(fixture.buddy.allocate(order: 0) == frame) }
    #expect(fixture.buddy.allocate(order: 0) == nil)
  }

  @Test func anIsolatedFrameIsTakenBeforePartOfALargerRun() throws {
    let fixture = try buddy(frameCount: 64, largestOrder: 6, free: [0..<4, 9..<10, 20..<22])
    #expect(fixture.buddy.allocate(order: 0) == 9)
    #expect(fixture.buddy.allocate(order: 0) == 20)
    #expect(fixture.buddy.allocate(order: 0) == 21)
    #expect(fixture.buddy.allocate(order: 0) == 0)
  }

  @Test func twoFramesThatAreNotAlignedAreNoBlockOfOrderOne() throws {
    let fixture = try buddy(frameCount: 64, largestOrder: 6, free: [3..<5, 30..<34])
    #expect(fixture.buddy.allocate(order: 1) == 30)
    #expect(fixture.buddy.allocate(order: 1) == 32)
    #expect(fixture.buddy.allocate(order: 1) == nil)
    #expect(fixture.freeBlocks == [FreeBlock(frame: 3, order: 0), FreeBlock(frame: 4, order: 0)])
  }

  /// Best fit is by group: a frame is taken from the group that has only a pair to lose, although a
  /// single frame lies lower, in a group that still has a large run.
  @Test func theGroupWithTheSmallestLargestRunIsChosen() throws {
    let fixture = try buddy(
      frameCount: 256, largestOrder: 6, free: [1..<2, 32..<64, 66..<68, 128..<144])
    #expect(fixture.buddy.allocate(order: 0) == 66)
    #expect(fixture.buddy.allocate(order: 0) == 67)
    // Now the group at 128 has the smallest largest run, order 4.
    #expect(fixture.buddy.allocate(order: 0) == 128)
    // Its largest run is of order 3 now; inside it the smallest sufficient run comes first.
    #expect(fixture.buddy.allocate(order: 0) == 129)
    #expect(fixture.buddy.allocate(order: 1) == 130)
  }

  @Test func amongEqualGroupsTheLowestIsChosen() throws {
    let fixture = try buddy(
      frameCount: 256, largestOrder: 6, free: [200..<204, 140..<144, 72..<76])
    #expect(fixture.buddy.allocate(order: 2) == 72)
    #expect(fixture.buddy.allocate(order: 2) == 140)
    #expect(fixture.buddy.allocate(order: 2) == 200)
  }

  /// A word that is wholly free counts on the level above; it is broken only if no word below has a
  /// run that suffices.
  @Test func aWholeWordIsBrokenLast() throws {
    let fixture = try buddy(frameCount: 4096, largestOrder: 12, free: [64..<128, 2048..<2080])
    #expect(fixture.buddy.allocate(order: 5) == 2048)
    #expect(fixture.buddy.allocate(order: 5) == 64)
    #expect(fixture.freeBlocks == [FreeBlock(frame: 96, order: 5)])
  }

  /// Inside a group of level 1 the smallest sufficient run of whole words is broken, not the first.
  @Test func aLevelOneGroupGivesItsSmallestRunOfWords() throws {
    let fixture = try buddy(
      frameCount: 4096, largestOrder: 12, free: [0..<256, 1024..<1088, 2048..<2176])
    #expect(fixture.buddy.allocate(order: 3) == 1024)
    // The rest of that word is now the smallest group of all.
    #expect(fixture.buddy.allocate(order: 5) == 1056)
    #expect(fixture.buddy.allocate(order: 6) == 2048)
    #expect(fixture.buddy.allocate(order: 7) == 0)
  }

  @Test func splittingLeavesOneBlockOfEachOrderBetween() {
    let fixture = BuddyFixture(frameCount: 1 << 18, largestOrder: 18)
    #expect(fixture.buddy.allocate(order: 3) == 0)
    #expect(fixture.freeBlocks == (3..<18).map { FreeBlock(frame: 1 << $0, order: $0) })
  }

  @Test(arguments: [0, 1, 5, 6, 7, 12])
  func ordersBeyondTheLargestAreNeverServed(largestOrder: Int) throws {
    let fixture = BuddyFixture(frameCount: 8192, largestOrder: largestOrder)
    try fixture.expectNoChange { buddy in
      for order in [largestOrder + 1, 35, 36, 62, 63, 64, Int.max] where order > largestOrder {
        #expect(buddy.allocate(order: order) == nil)
      }
    }
    #expect(fixture.buddy.allocate(order: largestOrder) == 0)
  }

  @Test func aTailThatIsNoPowerOfTwoIsUsedToo() {
    let fixture = BuddyFixture(frameCount: 100, largestOrder: 6)
    #expect(
      fixture.freeBlocks == [
        FreeBlock(frame: 0, order: 6), FreeBlock(frame: 64, order: 5),
        FreeBlock(frame: 96, order: 2),
      ])
    #expect(fixture.buddy.allocate(order: 2) == 96)
    #expect(fixture.buddy.allocate(order: 5) == 64)
    #expect(fixture.buddy.allocate(order: 6) == 0)
    #expect(fixture.buddy.allocate(order: 0) == nil)
  }
}
