import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("Buddy: runs that are no power of two")
struct BuddyRunsTests {
  /// Every length: exactly so many frames go, aligned as the next power of two, the tail is free.
  @Test(arguments: [0, 1, 5, 6, 7, 8])
  func runsOfEveryLength(largestOrder: Int) throws {
    let fixture = BuddyFixture(frameCount: 600, largestOrder: largestOrder)
    let bytes = fixture.memory.bytes
    for count in 1...300 {
      let frame = fixture.buddy.allocate(frames: count)
      guard count <= 1 << largestOrder else {
        #expect(frame == nil)
        #expect(fixture.memory.holds(bytes))
        continue
      }
      let first = try #require(frame)
      let covering = BlockOrder.covering(frameCount: count)
      #expect(first.isMultiple(of: 1 << covering))
      #expect(fixture.buddy.freeFrameCount == 600 - count)
      for free in first + count..<first + 1 << covering {
        #expect(fixture.buddy.freeBlock(containing: free) != nil)
      }
      try fixture.buddy.checkInvariants()
      try fixture.buddy.free(first..<first + count)
      #expect(fixture.memory.holds(bytes), "\(count) frames left a trace")
    }
  }

  @Test(arguments: [1 << 18 + 1, 1 << 35, 1 << 35 + 1, 1 << 62, Int.max])
  func runsLongerThanTheLargestBlock(count: Int) throws {
    let fixture = BuddyFixture(frameCount: 1 << 20, largestOrder: 18)
    try fixture.expectNoChange { buddy in
      #expect(buddy.allocate(frames: count) == nil)
    }
  }

  @Test func theTailIsUsedNext() {
    let fixture = BuddyFixture(frameCount: 4096, largestOrder: 12)
    #expect(fixture.buddy.allocate(frames: 5) == 0)
    #expect(fixture.freeBlocks.prefix(3).map(\.frame) == [5, 6, 8])
    #expect(fixture.buddy.allocate(frames: 1) == 5)
    #expect(fixture.buddy.allocate(frames: 2) == 6)
    #expect(fixture.buddy.allocate(frames: 3) == 8)
    #expect(fixture.buddy.allocate(frames: 1) == 11)
  }

  /// Any part of a run: each of the frames in between goes back on its own, in any place.
  @Test func everyPartOfARunCanBeFreed() throws {
    for lower in 0..<100 {
      for upper in [lower + 1, lower + 2, (lower + 101) / 2, 100] where upper > lower {
        guard upper <= 100 else { continue }
        let fixture = BuddyFixture(frameCount: 256, largestOrder: 8)
        #expect(fixture.buddy.allocate(frames: 100) == 0)
        try fixture.buddy.free(lower..<upper)
        #expect(fixture.buddy.freeFrameCount == 156 + upper - lower)
        if lower > 0 { try fixture.buddy.free(0..<lower) }
        if upper < 100 { try fixture.buddy.free(upper..<100) }
        #expect(fixture.freeBlocks == [FreeBlock(frame: 0, order: 8)])
      }
    }
  }

  @Test func rangesThatAreRefused() throws {
    let fixture = BuddyFixture(frameCount: 400, largestOrder: 6, managed: 300)
    // 0...99 allocated, 100...149 free, 150...199 withheld, 200...299 allocated.
    #expect(fixture.buddy.allocate(at: 0..<100) == true)
    #expect(fixture.buddy.withhold(150..<200) == true)
    #expect(fixture.buddy.allocate(at: 200..<300) == true)
    try fixture.expectNoChange { buddy in
      for frames in [
        10..<10, 120..<120, 400..<400, -1..<5, -5 ..< -1, 299..<301, 300..<301, 300..<400,
        399..<401, 0..<Int.max, Int.min..<Int.max, Int.min..<1, Int.max - 1..<Int.max,
      ] {
        #expect(throws: InvalidFree.outOfRange, "\(frames)") { try buddy.free(frames) }
      }
      for frames in [99..<101, 0..<150, 100..<150, 100..<101, 149..<150, 50..<110] {
        #expect(throws: InvalidFree.alreadyFree, "\(frames)") { try buddy.free(frames) }
      }
      // A withheld frame outranks a free one wherever the two lie.
      for frames in [0..<300, 149..<151, 199..<201, 150..<200, 99..<151, 199..<300] {
        #expect(throws: InvalidFree.withheld, "\(frames)") { try buddy.free(frames) }
      }
    }
    try fixture.buddy.free(0..<100)
    try fixture.buddy.free(200..<300)
    #expect(fixture.buddy.freeFrameCount == 250)
  }
}
