// The path of single frames against the general one on a second buddy: ranges of one frame, which
// take the general path, must leave the same metadata, bit for bit.

import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("Buddy: single frames have a path of their own")
struct BuddySingleFramesTests {
  static let seed = TestSeed.choose(for: "BuddySingleFramesTests")

  @Test(arguments: [(64, 0), (100, 3), (200, 5), (5000, 6), (5000, 18)])
  func leavesWhatTheGeneralPathLeaves(frameCount: Int, largestOrder: Int) throws {
    let singles = BuddyFixture(frameCount: frameCount, largestOrder: largestOrder)
    let ranges = BuddyFixture(frameCount: frameCount, largestOrder: largestOrder)
    var random = SplitMix64(seed: Self.seed ^ UInt64(frameCount << 8 | largestOrder))
    var held: [Int] = []
    for isFilling in [true, false, true, false] {
      // Mostly in one direction, so that words become empty and full.
      for _ in 0..<frameCount {
        if random.once(in: 8) != isFilling {
          guard let frame = singles.buddy.allocate(order: 0) else { break }
          #expect(ranges.buddy.allocate(at: frame..<frame + 1) == true)
          held.append(frame)
        } else if !held.isEmpty {
          held.swapAt(random.number(below: held.count), held.count - 1)
          let frame = held.removeLast()
          try singles.buddy.free(frame, order: 0)
          try ranges.buddy.free(frame..<frame + 1)
          #expect(throws: InvalidFree.alreadyFree) { try singles.buddy.free(frame, order: 0) }
        }
        try #require(singles.memory.holds(ranges.memory.bytes))
      }
      try singles.buddy.checkInvariants()
    }
  }
}
