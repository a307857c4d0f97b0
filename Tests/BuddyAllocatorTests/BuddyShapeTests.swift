// The shapes of the tests that Linux has for its graphics buddy (drivers/gpu/tests/gpu_buddy_test.c,
// once drm_buddy_test.c), told anew: each drives an allocator into one corner that buddy allocators
// are known to get wrong. Every shape runs on the buddy and on the reference: it asks for what any
// correct buddy does, not for what this one happens to do.

import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("Shapes that break buddy allocators")
struct BuddyShapeTests {
  /// Runs a shape on both, with all frames free, and looks at the buddy's invariants afterwards.
  private func onBoth(
    frameCount: Int, largestOrder: Int, _ shape: any Shape
  ) throws {
    let fixture = BuddyFixture(frameCount: frameCount, largestOrder: largestOrder)
    try shape.run(on: &fixture.buddy)
    try fixture.buddy.checkInvariants()
    var reference = ReferenceAllocator(frameCount: frameCount, largestOrder: largestOrder)
    reference.extend(to: frameCount)
    try shape.run(on: &reference)
    #expect(fixture.freeBlocks == reference.freeBlocks)
  }

  @Test(arguments: [0, 1, 5, 6, 7, 12, 14])
  func optimistic(largestOrder: Int) throws {
    let frameCount = (2 << largestOrder) - 1
    try onBoth(frameCount: frameCount, largestOrder: largestOrder, Optimistic())
  }

  @Test(arguments: [1, 5, 6, 7, 12, 14])
  func pessimistic(largestOrder: Int) throws {
    try onBoth(frameCount: 1 << largestOrder, largestOrder: largestOrder, Pessimistic())
  }

  @Test(arguments: [2, 6, 7, 9])
  func pathological(largestOrder: Int) throws {
    try onBoth(frameCount: 1 << largestOrder, largestOrder: largestOrder, Pathological())
  }

  @Test(arguments: 0...11)
  func exhaustion(order: Int) throws {
    try onBoth(frameCount: 2048, largestOrder: 11, Exhaustion(order: order))
  }

  @Test(arguments: [2, 3, 5, 7, 13, 31, 61, 67, 127, 509])
  func primeRanges(prime: Int) throws {
    try onBoth(frameCount: 4099, largestOrder: 12, PrimeRanges(prime: prime))
  }

  @Test(arguments: [1, 6, 11])
  func smoke(largestOrder: Int) throws {
    let seed = TestSeed.choose(for: "smoke, order \(largestOrder)")
    try onBoth(frameCount: 3001, largestOrder: largestOrder, Smoke(seed: seed))
  }

  @Test func limit() throws {
    try onBoth(frameCount: 1 << 18, largestOrder: 18, Limit())
  }
}

/// One scenario for any allocator all of whose frames are free.
private protocol Shape {
  func run<Allocator: FrameAllocator & ~Copyable>(on allocator: inout Allocator) throws
}

/// Alignment, bounds, and no frame given out twice: what every block of every shape is checked for.
private struct Ledger {
  private(set) var blocks: [FreeBlock] = []
  private var isTaken: [Bool]

  init(frameCount: Int) { isTaken = Array(repeating: false, count: frameCount) }

  mutating func add(_ frame: Int?, order: Int) throws {
    let frame = try #require(frame, "a block of order \(order) should be there")
    #expect(frame.isMultiple(of: 1 << order))
    try #require(frame >= 0 && frame + (1 << order) <= isTaken.count)
    for frame in frame..<frame + (1 << order) {
      if isTaken[frame] { Issue.record("frame \(frame) was given out twice") }
      isTaken[frame] = true
    }
    blocks.append(FreeBlock(frame: frame, order: order))
  }
}

/// One block of each order, the largest first: a region of 2^(n+1) - 1 frames holds exactly these.
private struct Optimistic: Shape {
  func run<Allocator: FrameAllocator & ~Copyable>(on allocator: inout Allocator) throws {
    var ledger = Ledger(frameCount: allocator.frameCount)
    for order in (0...allocator.largestOrder).reversed() {
      let frame = allocator.allocate(order: order)
      try ledger.add(frame, order: order)
    }
    #expect(allocator.freeFrameCount == 0)
    for order in 0...allocator.largestOrder { #expect(allocator.allocate(order: order) == nil) }
    for block in ledger.blocks { try allocator.free(block.frame, order: block.order) }
    #expect(allocator.freeFrameCount == allocator.frameCount)
    #expect(allocator.freeBlockCount(order: allocator.largestOrder) == 1)
  }
}

/// One block of each order below the largest and the frame that is left; then nothing fits. Freed
/// from the smallest up, each block makes just the next larger order possible.
private struct Pessimistic: Shape {
  func run<Allocator: FrameAllocator & ~Copyable>(on allocator: inout Allocator) throws {
    var ledger = Ledger(frameCount: allocator.frameCount)
    for order in 0..<allocator.largestOrder {
      let frame = allocator.allocate(order: order)
      try ledger.add(frame, order: order)
    }
    let last = allocator.allocate(order: 0)
    try ledger.add(last, order: 0)
    for order in 0...allocator.largestOrder { #expect(allocator.allocate(order: order) == nil) }
    try allocator.free(#require(last), order: 0)
    for block in ledger.blocks.dropLast() {
      try allocator.free(block.frame, order: block.order)
      let larger = block.order + 1
      let frame = allocator.allocate(order: larger)
      #expect(allocator.allocate(order: larger) == nil)
      try allocator.free(#require(frame, "order \(larger)"), order: larger)
    }
    let whole = allocator.allocate(order: allocator.largestOrder)
    #expect(whole == 0)
    try allocator.free(0, order: allocator.largestOrder)
  }
}

/// Half of the frames are free and no two of them are buddies: only single frames can be had. The
/// shape is reached top down, by splitting one order after the other and keeping every other block.
private struct Pathological: Shape {
  func run<Allocator: FrameAllocator & ~Copyable>(on allocator: inout Allocator) throws {
    for top in 1...allocator.largestOrder {
      // For this order: one block of each order below is held, the rest goes back.
      var held: [FreeBlock] = []
      for order in (0..<top).reversed() {
        let frame = allocator.allocate(order: order)
        held.append(FreeBlock(frame: try #require(frame), order: order))
      }
      let last = allocator.allocate(order: 0)
      for block in held { try allocator.free(block.frame, order: block.order) }
      // One frame is enough to forbid the whole.
      #expect(allocator.largestFreeOrder == allocator.largestOrder - 1)
      #expect(allocator.allocate(order: allocator.largestOrder) == nil)
      try allocator.free(#require(last), order: 0)
    }
    // Everything in single frames; then every other one goes back.
    var frames: [Int] = []
    while let frame = allocator.allocate(order: 0) { frames.append(frame) }
    #expect(frames.sorted() == Array(0..<allocator.frameCount))
    for frame in frames where frame % 2 == 0 { try allocator.free(frame, order: 0) }
    #expect(allocator.freeFrameCount == allocator.frameCount / 2)
    #expect(allocator.largestFreeOrder == 0)
    for order in 1...allocator.largestOrder {
      #expect(allocator.allocate(order: order) == nil)
      #expect(allocator.allocate(frames: 1 << order) == nil)
    }
    let pairs = Double(allocator.frameCount / 4)
    #expect(allocator.fragmentationIndex(order: 1) == 1 - (1 + pairs) / (2 * pairs))
    for frame in frames where frame % 2 == 1 { try allocator.free(frame, order: 0) }
    #expect(allocator.allocate(order: allocator.largestOrder) == 0)
    try allocator.free(0, order: allocator.largestOrder)
  }
}

/// One order until nothing is left; all back; then the region is one block again.
private struct Exhaustion: Shape {
  var order: Int

  func run<Allocator: FrameAllocator & ~Copyable>(on allocator: inout Allocator) throws {
    var ledger = Ledger(frameCount: allocator.frameCount)
    for _ in 0..<allocator.frameCount >> order {
      let frame = allocator.allocate(order: order)
      try ledger.add(frame, order: order)
    }
    #expect(allocator.allocate(order: order) == nil)
    #expect(allocator.freeFrameCount == 0 && allocator.largestFreeOrder == nil)
    for block in ledger.blocks { try allocator.free(block.frame, order: block.order) }
    #expect(allocator.allocate(order: allocator.largestOrder) == 0)
    #expect(allocator.freeFrameCount == 0)
    try allocator.free(0, order: allocator.largestOrder)
  }
}

/// Ranges of a prime length side by side, which respect no boundary of any order: first every other
/// one, then those in between, then the rest at the end.
private struct PrimeRanges: Shape {
  var prime: Int

  func run<Allocator: FrameAllocator & ~Copyable>(on allocator: inout Allocator) throws {
    let count = allocator.frameCount / prime
    let ranges = (0..<count).map { $0 * prime..<($0 + 1) * prime }
    for range in ranges.enumerated() where range.offset % 2 == 0 {
      #expect(allocator.allocate(at: range.element) == true)
    }
    for range in ranges.enumerated() where range.offset % 2 == 1 {
      // One frame too many on either side is one that is taken.
      let wider = range.element.lowerBound - 1..<range.element.upperBound
      #expect(allocator.allocate(at: wider) == false)
      #expect(allocator.allocate(at: range.element) == true)
    }
    #expect(allocator.freeFrameCount == allocator.frameCount - count * prime)
    if count * prime < allocator.frameCount {
      #expect(allocator.allocate(at: count * prime..<allocator.frameCount) == true)
    }
    #expect(allocator.allocate(order: 0) == nil)
    for range in ranges.reversed() { try allocator.free(range) }
    if count * prime < allocator.frameCount {
      try allocator.free(count * prime..<allocator.frameCount)
    }
    #expect(allocator.freeFrameCount == allocator.frameCount)
  }
}

/// Random orders until nothing of the order asked for is left, blocks back in random order; each
/// order of the region gets its turn.
private struct Smoke: Shape {
  var seed: UInt64

  func run<Allocator: FrameAllocator & ~Copyable>(on allocator: inout Allocator) throws {
    var random = SplitMix64(seed: seed)
    for ceiling in (0...allocator.largestOrder).reversed() {
      var ledger = Ledger(frameCount: allocator.frameCount)
      var order = random.number(below: ceiling + 1)
      // A request that fails is tried again with half the size: only a full region ends this.
      while true {
        let frame = allocator.allocate(order: order)
        if frame != nil {
          try ledger.add(frame, order: order)
          order = random.number(below: ceiling + 1)
        } else {
          let largest = allocator.largestFreeOrder
          #expect(largest ?? -1 < order, "refused although order \(order) was free")
          if order == 0 { break }
          order -= 1
        }
      }
      #expect(allocator.freeFrameCount == 0)
      var blocks = ledger.blocks
      random.shuffle(&blocks)
      for block in blocks { try allocator.free(block.frame, order: block.order) }
      #expect(allocator.freeFrameCount == allocator.frameCount)
    }
  }
}

/// The whole region in one request, and nothing beyond it.
private struct Limit: Shape {
  func run<Allocator: FrameAllocator & ~Copyable>(on allocator: inout Allocator) throws {
    #expect(allocator.allocate(order: allocator.largestOrder + 1) == nil)
    #expect(allocator.allocate(frames: allocator.frameCount + 1) == nil)
    #expect(allocator.allocate(at: 0..<allocator.frameCount + 1) == false)
    #expect(allocator.allocate(order: allocator.largestOrder) == 0)
    #expect(allocator.allocate(order: 0) == nil)
    try allocator.free(0, order: allocator.largestOrder)
    #expect(allocator.allocate(frames: allocator.frameCount) == 0)
    try allocator.free(0..<allocator.frameCount)
    #expect(allocator.largestFreeOrder == allocator.largestOrder)
  }
}
