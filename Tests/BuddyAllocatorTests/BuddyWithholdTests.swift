import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("Buddy.withhold and release: frames out of circulation")
struct BuddyWithholdTests {
  @Test func aHoleIsNeverHandedOut() throws {
    let fixture = BuddyFixture(frameCount: 4096, largestOrder: 12)
    #expect(fixture.buddy.withhold(1000..<1100) == true)
    #expect(fixture.buddy.withheldFrameCount == 100)
    #expect(fixture.buddy.freeFrameCount == 3996)
    var taken = Set<Int>()
    while let frame = fixture.buddy.allocate(order: 0) { taken.insert(frame) }
    #expect(taken == Set(0..<1000).union(1100..<4096))
    for frame in taken { try fixture.buddy.free(frame, order: 0) }
    try fixture.buddy.release(1000..<1100)
    #expect(fixture.freeBlocks == [FreeBlock(frame: 0, order: 12)])
  }

  /// Every range of a region of three words, withheld, looked at and released in two parts.
  @Test(arguments: [0, 6, 7])
  func everyRangeComesBackWithoutATrace(largestOrder: Int) throws {
    let fixture = BuddyFixture(frameCount: 130, largestOrder: largestOrder)
    let bytes = fixture.memory.bytes
    for lower in 0..<130 {
      for upper in lower + 1...130 {
        #expect(fixture.buddy.withhold(lower..<upper) == true)
        #expect(fixture.buddy.isWithheld(lower) && fixture.buddy.isWithheld(upper - 1))
        #expect(lower == 0 || !fixture.buddy.isWithheld(lower - 1))
        #expect(upper == 130 || !fixture.buddy.isWithheld(upper))
        #expect(throws: InvalidFree.withheld) { try fixture.buddy.free(lower..<upper) }
        let middle = (lower + upper) / 2
        if middle > lower { try fixture.buddy.release(lower..<middle) }
        try fixture.buddy.release(middle..<upper)
        try #require(fixture.memory.holds(bytes), "\(lower)..<\(upper) left a trace")
      }
    }
  }

  @Test func onlyFreeFramesCanBeWithheld() throws {
    let fixture = BuddyFixture(frameCount: 300, largestOrder: 8, managed: 256)
    #expect(fixture.buddy.allocate(at: 10..<20) == true)
    #expect(fixture.buddy.withhold(100..<110) == true)
    try fixture.expectNoChange { buddy in
      for frames in [
        10..<11, 0..<256, 19..<21, 100..<101, 95..<105, 109..<111, 255..<257, 256..<300, -1..<1,
        299..<301, Int.min..<Int.max, Int.max - 1..<Int.max,
      ] {
        #expect(buddy.withhold(frames) == false, "\(frames)")
      }
    }
  }

  @Test func onlyWithheldFramesCanBeReleased() throws {
    let fixture = BuddyFixture(frameCount: 300, largestOrder: 8, managed: 256)
    #expect(fixture.buddy.allocate(at: 10..<20) == true)
    #expect(fixture.buddy.withhold(100..<110) == true)
    try fixture.expectNoChange { buddy in
      // Free, allocated, and every way to be partly withheld.
      for frames in [0..<1, 10..<11, 99..<101, 109..<111, 95..<115, 0..<256] {
        #expect(throws: InvalidFree.notWithheld, "\(frames)") { try buddy.release(frames) }
      }
      for frames in [
        105..<105, 0..<0, -1..<1, 255..<257, 256..<300, 299..<301, Int.min..<Int.max,
        Int.max - 1..<Int.max,
      ] {
        #expect(throws: InvalidFree.outOfRange, "\(frames)") { try buddy.release(frames) }
      }
    }
    try fixture.buddy.release(100..<110)
    #expect(throws: InvalidFree.notWithheld) { try fixture.buddy.release(100..<110) }
  }

  /// A withheld frame is found in blocks of every order that contain it.
  @Test func aWithheldFrameIsFoundFromEveryLevel() throws {
    let frame = 54_321
    let fixture = BuddyFixture(frameCount: 1 << 18, largestOrder: 18)
    #expect(fixture.buddy.withhold(frame..<frame + 1) == true)
    #expect(fixture.buddy.allocate(at: 0..<frame) == true)
    #expect(fixture.buddy.allocate(at: frame + 1..<1 << 18) == true)
    try fixture.expectNoChange { buddy in
      for order in 0...18 {
        let block = (frame >> order) << order
        #expect(throws: InvalidFree.withheld) { try buddy.free(block, order: order) }
      }
    }
    for order in 0..<18 {
      try fixture.buddy.free(((frame >> order) ^ 1) << order, order: order)
    }
    try fixture.buddy.release(frame..<frame + 1)
    #expect(fixture.freeBlocks == [FreeBlock(frame: 0, order: 18)])
  }
}
