import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("Buddy.free(_:order:): merging, and what is refused")
struct BuddyFreeTests {
  static let seed = TestSeed.choose(for: "BuddyFreeTests")

  /// Frames given back one by one, in four orders, merge to what was there before.
  @Test(arguments: [0, 1, 5, 6, 7, 12], ["ascending", "descending", "even first", "shuffled"])
  func everythingMergesAgain(largestOrder: Int, way: String) throws {
    let fixture = BuddyFixture(frameCount: 5000, largestOrder: largestOrder)
    let bytes = fixture.memory.bytes
    #expect(fixture.buddy.allocate(at: 0..<5000) == true)
    #expect(fixture.buddy.largestFreeOrder == nil)
    var frames = Array(0..<5000)
    switch way {
    case "ascending": break
    case "descending": frames.reverse()
    case "even first": frames = frames.filter { $0 % 2 == 0 } + frames.filter { $0 % 2 == 1 }
    default:
      var random = SplitMix64(seed: Self.seed)
      random.shuffle(&frames)
    }
    for frame in frames { try fixture.buddy.free(frame, order: 0) }
    #expect(fixture.memory.holds(bytes), "what is free now is not kept as it was before")
    try fixture.buddy.checkInvariants()
  }

  @Test func aBlockMergesWithItsBuddyOnly() throws {
    let fixture = BuddyFixture(frameCount: 64, largestOrder: 6)
    #expect(fixture.buddy.allocate(order: 6) == 0)
    try fixture.buddy.free(1, order: 0)
    try fixture.buddy.free(2, order: 0)
    // Neighbours, but 1 belongs to 0 and 2 belongs to 3.
    #expect(fixture.buddy.freeBlockCount(order: 0) == 2)
    try fixture.buddy.free(3, order: 0)
    #expect(fixture.freeBlocks == [FreeBlock(frame: 1, order: 0), FreeBlock(frame: 2, order: 1)])
    try fixture.buddy.free(0, order: 0)
    #expect(fixture.freeBlocks == [FreeBlock(frame: 0, order: 2)])
  }

  @Test func blocksNeverMergeBeyondTheLargestOrder() throws {
    for largestOrder in [0, 1, 5, 6, 11, 12] {
      let count = 4 << largestOrder
      let fixture = BuddyFixture(frameCount: count, largestOrder: largestOrder)
      #expect(fixture.buddy.allocate(at: 0..<count) == true)
      for block in 0..<4 { try fixture.buddy.free(block << largestOrder, order: largestOrder) }
      #expect(fixture.buddy.freeBlockCount(order: largestOrder) == 4)
      #expect(fixture.buddy.largestFreeOrder == largestOrder)
    }
  }

  /// A block may come back in any pieces, whole blocks of several allocations in one piece.
  @Test func partsAndUnionsOfAllocationsCanBeFreed() throws {
    let fixture = BuddyFixture(frameCount: 256, largestOrder: 8)
    #expect(fixture.buddy.allocate(order: 7) == 0)
    #expect(fixture.buddy.allocate(order: 7) == 128)
    try fixture.buddy.free(32, order: 4)
    try fixture.buddy.free(128, order: 6)
    #expect(
      fixture.freeBlocks == [FreeBlock(frame: 32, order: 4), FreeBlock(frame: 128, order: 6)])
    #expect(fixture.buddy.allocate(at: 32..<48) == true)
    #expect(fixture.buddy.allocate(at: 128..<192) == true)
    try fixture.buddy.free(0, order: 8)
    #expect(fixture.freeBlocks == [FreeBlock(frame: 0, order: 8)])
  }

  // MARK: - What is refused

  @Test func ordersAndFramesThatDoNotExist() throws {
    let fixture = BuddyFixture(frameCount: 200, largestOrder: 6, managed: 150)
    #expect(fixture.buddy.allocate(at: 0..<150) == true)
    try fixture.expectNoChange { buddy in
      for (frame, order) in [
        (0, -1), (0, Int.min), (0, 7), (0, 63), (0, 64), (0, Int.max), (-1, 0), (-64, 6),
        (150, 0), (149, 1), (128, 5), (192, 6), (199, 0), (200, 0), (1 << 40, 3),
        (Int.min, 0), (Int.min, 6), (Int.max, 0), (Int.max, 6), (Int.max - 63, 6),
      ] {
        #expect(throws: InvalidFree.outOfRange, "\(frame), order \(order)") {
          try buddy.free(frame, order: order)
        }
      }
    }
  }

  @Test func blocksThatAreNotAligned() throws {
    let fixture = BuddyFixture(frameCount: 3 << 12, largestOrder: 12)
    #expect(fixture.buddy.allocate(at: 0..<3 << 12) == true)
    try fixture.expectNoChange { buddy in
      for order in 1...12 {
        for frame in [1, (1 << order) - 1, (1 << order) + 1, 1 << (order - 1), 3 << (order - 1)]
        where frame % (1 << order) != 0 {
          #expect(throws: InvalidFree.misaligned) { try buddy.free(frame, order: order) }
        }
      }
    }
  }

  /// A block of each order of which one frame is free already, wherever it lies: alone, inside a
  /// larger free block, at the first or the last place.
  @Test func anyFreeFrameInTheBlockIsFound() throws {
    for order in 0...13 {
      let size = 1 << order
      for free in Set([0, 1, size / 2, size - 1].filter { $0 < size }).sorted() {
        let fixture = BuddyFixture(frameCount: 4 << 13, largestOrder: 13)
        #expect(fixture.buddy.allocate(at: 0..<4 << 13) == true)
        try fixture.buddy.free(size + free, order: 0)
        try fixture.expectNoChange { buddy in
          #expect(throws: InvalidFree.alreadyFree, "order \(order), frame \(free)") {
            try buddy.free(size, order: order)
          }
        }
        // Its neighbours are not concerned.
        try fixture.buddy.free(0, order: order)
      }
    }
  }

  @Test func aBlockInsideAFreeBlockIsFree() throws {
    let fixture = BuddyFixture(frameCount: 1 << 18, largestOrder: 18)
    try fixture.expectNoChange { buddy in
      for order in 0...18 {
        let last = (1 << 18) - (1 << order)
        for frame in [0, last, (last >> (order + 1)) << order] {
          #expect(throws: InvalidFree.alreadyFree) { try buddy.free(frame, order: order) }
        }
      }
    }
  }

  @Test func refusalsComeInTheirOrderOfPrecedence() throws {
    let fixture = BuddyFixture(frameCount: 128, largestOrder: 6)
    // 0...31 free, 32...47 withheld, 48...63 free, 64...127 allocated.
    #expect(fixture.buddy.withhold(32..<48) == true)
    #expect(fixture.buddy.allocate(at: 64..<128) == true)
    try fixture.expectNoChange { buddy in
      #expect(throws: InvalidFree.outOfRange) { try buddy.free(129, order: 1) }
      #expect(throws: InvalidFree.misaligned) { try buddy.free(33, order: 1) }
      #expect(throws: InvalidFree.misaligned) { try buddy.free(1, order: 1) }
      #expect(throws: InvalidFree.withheld) { try buddy.free(0, order: 6) }
      #expect(throws: InvalidFree.withheld) { try buddy.free(32, order: 5) }
      #expect(throws: InvalidFree.withheld) { try buddy.free(47, order: 0) }
      #expect(throws: InvalidFree.alreadyFree) { try buddy.free(0, order: 5) }
      #expect(throws: InvalidFree.alreadyFree) { try buddy.free(48, order: 4) }
    }
    try fixture.buddy.free(64, order: 6)
  }
}
