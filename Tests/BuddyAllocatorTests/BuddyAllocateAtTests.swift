import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("Buddy.allocate(at:): given frames")
struct BuddyAllocateAtTests {
  /// Every range of a region that crosses two word boundaries, cut out and given back.
  @Test(arguments: [0, 3, 6, 7])
  func everyRangeCanBeCutOutAndGivenBack(largestOrder: Int) throws {
    let fixture = BuddyFixture(frameCount: 130, largestOrder: largestOrder)
    let whole = fixture.freeBlocks
    let bytes = fixture.memory.bytes
    for lower in 0..<130 {
      for upper in lower + 1...130 {
        #expect(fixture.buddy.allocate(at: lower..<upper) == true)
        #expect(fixture.buddy.freeFrameCount == 130 - (upper - lower))
        #expect(fixture.buddy.freeBlock(containing: lower) == nil)
        #expect(fixture.buddy.freeBlock(containing: upper - 1) == nil)
        try fixture.buddy.free(lower..<upper)
        if !fixture.memory.holds(bytes) {
          Issue.record("\(lower)..<\(upper) left a trace: \(fixture.freeBlocks), not \(whole)")
          return
        }
      }
    }
  }

  @Test func oneFrameInTheMiddleOfALargeBlock() throws {
    let fixture = BuddyFixture(frameCount: 1 << 18, largestOrder: 18)
    let frame = 123_456
    #expect(fixture.buddy.allocate(at: frame..<frame + 1) == true)
    // Its buddy of every order is free, and is a maximal block.
    let buddies = (0..<18).map { FreeBlock(frame: ((frame >> $0) ^ 1) << $0, order: $0) }
    #expect(fixture.freeBlocks == buddies.sorted { $0.frame < $1.frame })
    try fixture.buddy.checkInvariants()
  }

  @Test func nothingIsTakenUnlessAllIsFree() throws {
    let fixture = BuddyFixture(frameCount: 5000, largestOrder: 12, managed: 4900)
    #expect(fixture.buddy.allocate(at: 100..<101) == true)
    #expect(fixture.buddy.withhold(4200..<4201) == true)
    try fixture.expectNoChange { buddy in
      // Allocated at the start, at the end, inside; withheld; not managed; outside altogether.
      for frames in [
        100..<101, 100..<200, 0..<101, 0..<4096, 4096..<4300, 4899..<4901, 4900..<5000, 4999..<5001,
        -1..<1, 6000..<6001, Int.min..<0, Int.min..<Int.max, 0..<Int.max, (Int.max - 1)..<Int.max,
      ] {
        #expect(buddy.allocate(at: frames) == false, "\(frames)")
      }
    }
    #expect(fixture.buddy.allocate(at: 101..<200) == true)
    #expect(fixture.buddy.allocate(at: 4201..<4900) == true)
  }

  /// A range may be larger than the largest block.
  @Test func aRangeOfSeveralLargestBlocks() throws {
    let fixture = BuddyFixture(frameCount: 1000, largestOrder: 3)
    #expect(fixture.buddy.allocate(at: 5..<995) == true)
    #expect(fixture.buddy.freeFrameCount == 10)
    try fixture.buddy.free(5..<995)
    #expect(fixture.buddy.freeBlockCount(order: 3) == 125)
  }
}
