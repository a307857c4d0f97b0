// Batches against single allocations on a second buddy in the same state: they must leave the same
// metadata, bit for bit. (The random sequences of BuddyModelTests have batches, too.)

import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("Buddy.allocateBatch: many blocks at once")
struct BuddyAllocateBatchTests {
  static let seed = TestSeed.choose(for: "BuddyAllocateBatchTests")

  private func batch(_ fixture: BuddyFixture, order: Int, count: Int) -> [Int] {
    var frames: [Int] = []
    let taken = fixture.buddy.allocateBatch(order: order, count: count) { frames.append($0) }
    #expect(taken == frames.count)
    return frames
  }

  @Test func aWholeBlockIsCutUpInAscendingOrder() throws {
    let fixture = BuddyFixture(frameCount: 1 << 18, largestOrder: 18)
    #expect(batch(fixture, order: 0, count: 64) == Array(0..<64))
    #expect(
      (0...18).map { fixture.buddy.freeBlockCount(order: $0) }
        == (0...18).map {
          (6..<18).contains($0) ? 1 : 0
        })
    #expect(batch(fixture, order: 0, count: 5) == Array(64..<69))
    #expect(batch(fixture, order: 3, count: 9) == (9..<16).map { 8 * $0 } + [128, 136])
    try fixture.buddy.checkInvariants()
  }

  @Test func isolatedFramesComeFirst() throws {
    let fixture = BuddyFixture(frameCount: 128, largestOrder: 6)
    #expect(fixture.buddy.allocate(at: 0..<128) == true)
    for frames in [0..<8, 11..<12, 16..<18, 63..<64, 64..<80] { try fixture.buddy.free(frames) }
    #expect(batch(fixture, order: 0, count: 3) == [11, 16, 63])
    #expect(batch(fixture, order: 0, count: 100) == [0, 1, 2, 3, 4, 5, 6, 7, 17] + Array(64..<80))
    #expect(fixture.buddy.freeFrameCount == 0)
  }

  @Test func aShortBatchMeansThatNothingIsLeft() throws {
    let fixture = BuddyFixture(frameCount: 200, largestOrder: 7)
    #expect(batch(fixture, order: 2, count: 1000).count == 50)
    try fixture.expectNoChange { buddy in
      #expect(buddy.allocateBatch(order: 2, count: 1) { _ in } == 0)
      #expect(buddy.allocateBatch(order: 0, count: 1) { _ in } == 0)
    }
    try fixture.buddy.free(4..<104)
    try fixture.expectNoChange { buddy in
      #expect(buddy.allocateBatch(order: 8, count: 1) { _ in } == 0)
      #expect(buddy.allocateBatch(order: 0, count: 0) { _ in } == 0)
    }
  }

  /// Batches of every order and of random lengths, from memory in every state of fragmentation.
  @Test(arguments: [(4096, 12), (5000, 18), (12345, 7), (70_000, 13), (300, 3)])
  func leavesWhatSingleAllocationsLeave(frameCount: Int, largestOrder: Int) throws {
    let batches = BuddyFixture(frameCount: frameCount, largestOrder: largestOrder)
    let singles = BuddyFixture(frameCount: frameCount, largestOrder: largestOrder)
    var random = SplitMix64(seed: Self.seed ^ UInt64(frameCount))
    var held: [FreeBlock] = []
    for _ in 0..<(frameCount > 10_000 ? 20 : 100) {
      let order = random.geometric(upTo: largestOrder)
      let count = random.size(upTo: 1 + frameCount >> order)
      let frames = batch(batches, order: order, count: count)
      var expected: [Int] = []
      while expected.count < count, let frame = singles.buddy.allocate(order: order) {
        expected.append(frame)
      }
      #expect(frames.sorted() == expected.sorted(), "\(count) of order \(order)")
      try #require(batches.memory.holds(singles.memory.bytes), "\(count) of order \(order)")
      held += frames.map { FreeBlock(frame: $0, order: order) }
      random.shuffle(&held)
      let kept = random.number(below: held.count + 1)
      for block in held[kept...] {
        try batches.buddy.free(block.frame, order: block.order)
        try singles.buddy.free(block.frame, order: block.order)
      }
      held.removeSubrange(kept...)
    }
    try batches.buddy.checkInvariants()
  }
}
