// Groups given back at once against single frees on a second buddy in the same state: they must
// leave the same metadata, bit for bit, and refuse what any single free would refuse.

import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("Buddy.free(group:mask:order:): many blocks at once")
struct BuddyFreeGroupTests {
  static let seed = TestSeed.choose(for: "BuddyFreeGroupTests")

  private func allAllocated(frameCount: Int, largestOrder: Int) -> BuddyFixture {
    let fixture = BuddyFixture(frameCount: frameCount, largestOrder: largestOrder)
    #expect(fixture.buddy.allocate(at: 0..<frameCount) == true)
    return fixture
  }

  @Test(arguments: 0...12)
  func aFullMaskIsABlockSixOrdersLarger(order: Int) throws {
    let fixture = allAllocated(frameCount: 3 << 18, largestOrder: 18)
    try fixture.buddy.free(group: 2, mask: .max, order: order)
    #expect(fixture.freeBlocks == [FreeBlock(frame: 128 << order, order: order + 6)])
    try fixture.buddy.checkInvariants()
  }

  @Test func blocksDoNotMergeBeyondTheLargestOrder() throws {
    let fixture = allAllocated(frameCount: 256, largestOrder: 2)
    try fixture.buddy.free(group: 0, mask: .max, order: 1)
    #expect(fixture.freeBlocks == (0..<32).map { FreeBlock(frame: 4 * $0, order: 2) })
  }

  /// Random masks until everything is free, for every order from every group.
  @Test(arguments: 0...9)
  func leavesWhatSingleFreesLeave(order: Int) throws {
    let frameCount = (128 << order) + 37
    let groups = allAllocated(frameCount: frameCount, largestOrder: 14)
    let singles = allAllocated(frameCount: frameCount, largestOrder: 14)
    var random = SplitMix64(seed: Self.seed ^ UInt64(order))
    var missing: [UInt64] = [.max, .max]
    while missing != [0, 0] {
      let group = random.number(below: 2)
      let few = random.next() & random.next() & random.next()
      let mask = missing[group] & (random.once(in: 8) ? .max : few)
      guard mask != 0 else { continue }
      missing[group] &= ~mask
      try groups.buddy.free(group: group, mask: mask, order: order)
      for bit in 0..<64 where mask >> UInt64(bit) & 1 == 1 {
        try singles.buddy.free((group * 64 + bit) << order, order: order)
      }
      try #require(groups.memory.holds(singles.memory.bytes))
    }
    #expect(groups.buddy.freeFrameCount == 128 << order)
    try groups.buddy.checkInvariants()
  }

  @Test(arguments: [0, 1, 5, 6, 9])
  func oneBadBlockRefusesAll(order: Int) throws {
    let fixture = allAllocated(frameCount: 192 << order, largestOrder: 18)
    let first = 64 << order
    func expect(_ error: InvalidFree, mask: UInt64) throws {
      try fixture.expectNoChange { buddy in
        #expect(throws: error) { try buddy.free(group: 1, mask: mask, order: order) }
      }
    }
    // Of block 40 only the last frame is free, then only its last frame is withheld.
    let frame = first + 41 << order - 1
    try fixture.buddy.free(frame, order: 0)
    try expect(.alreadyFree, mask: .max)
    try expect(.alreadyFree, mask: 1 << 40)
    #expect(fixture.buddy.withhold(frame..<frame + 1) == true)
    try expect(.withheld, mask: .max)
    try fixture.buddy.free(first, order: order)
    try expect(.withheld, mask: .max)
    try expect(.alreadyFree, mask: 0x0000_00ff_0000_0001)
    try fixture.buddy.free(group: 1, mask: 0x0000_00ff_0000_0002, order: order)
    // Free by a bit of the level above.
    try fixture.buddy.free(group: 2, mask: .max, order: order)
    try fixture.expectNoChange { buddy in
      #expect(throws: InvalidFree.alreadyFree) {
        try buddy.free(group: 2, mask: 1 << 17, order: order)
      }
    }
  }

  @Test func outOfRange() throws {
    let fixture = allAllocated(frameCount: 1000, largestOrder: 8)
    let refused: [(group: Int, mask: UInt64, order: Int)] = [
      (0, 0, 0), (0, 1, -1), (0, 1, 9), (0, 1, 64), (0, 1, .max), (-1, 1, 0), (.min, 1, 0),
      (.max, 1, 0), (1 << 58, 1, 0), (1 << 57, 1, 1), (16, 1, 0), (15, 1 << 40, 0),
      (15, .max, 0), (7, 1 << 52, 1), (0, 1 << 3, 8),
    ]
    for (group, mask, order) in refused {
      try fixture.expectNoChange { buddy in
        #expect(throws: InvalidFree.outOfRange, "\(group), \(mask), \(order)") {
          try buddy.free(group: group, mask: mask, order: order)
        }
      }
    }
    // The last frames there are, and the last block of two.
    try fixture.buddy.free(group: 15, mask: 1 << 39, order: 0)
    try fixture.buddy.free(group: 7, mask: 1 << 50, order: 1)
    #expect(
      fixture.freeBlocks == [
        FreeBlock(frame: 996, order: 1), FreeBlock(frame: 999, order: 0),
      ])
  }
}
