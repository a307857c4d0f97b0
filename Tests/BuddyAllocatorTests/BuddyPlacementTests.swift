// Whether placement keeps large blocks alive, as a count: the workload of the allocator comparison in
// docs/Placement.md, with fixed seeds, so that the numbers are the same on every machine. What is
// possible is the number of 2 MiB blocks that the free memory would make if it could be moved.
// Linux-like lists reach 11 to 12 % of it, a plain best fit by address about a quarter.

import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("Placement keeps large blocks alive")
struct BuddyPlacementTests {
  private static let frameCount = 1 << 18
  private static let hugeOrder = 9

  @Test(arguments: [1, 2, 3] as [UInt64])
  func largeBlocksSurviveChurn(seed: UInt64) throws {
    let fixture = BuddyFixture(frameCount: Self.frameCount, largestOrder: 18)
    var random = SplitMix64(seed: seed)
    var blocks: [FreeBlock] = []
    var failures = 0
    func allocate() {
      let order = random.geometric(upTo: Self.hugeOrder)
      if let frame = fixture.buddy.allocate(order: order) {
        blocks.append(FreeBlock(frame: frame, order: order))
      } else {
        failures += 1
      }
    }
    func freeOne() throws {
      let victim = random.number(below: blocks.count)
      blocks.swapAt(victim, blocks.count - 1)
      let block = blocks.removeLast()
      try fixture.buddy.free(block.frame, order: block.order)
    }
    // Three allocations to one free up to 90 %, then as many of each around it.
    let limit = Self.frameCount / 10
    while fixture.buddy.freeFrameCount > limit {
      if random.once(in: 4), !blocks.isEmpty { try freeOne() } else { allocate() }
    }
    for _ in 0..<100_000 {
      if fixture.buddy.freeFrameCount > limit { allocate() } else { try freeOne() }
    }
    #expect(failures == 0, "requests failed although a tenth of the region was free")
    random.shuffle(&blocks)
    for block in blocks[(blocks.count / 2)...] {
      try fixture.buddy.free(block.frame, order: block.order)
    }
    let possible = fixture.buddy.freeFrameCount >> Self.hugeOrder
    var hugeBlocks = 0
    while fixture.buddy.allocate(order: Self.hugeOrder) != nil { hugeBlocks += 1 }
    #expect(hugeBlocks * 4 >= possible, "\(hugeBlocks) blocks of 2 MiB of \(possible) possible")
    try fixture.buddy.checkInvariants()
  }
}
