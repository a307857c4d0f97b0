import Testing

@testable import BuddyAllocator

@Suite("BitSetLayout: where hierarchical bit sets lie")
struct BitSetLayoutTests {
  @Test(arguments: [(1, 1, 1), (64, 1, 1), (65, 3, 2), (4096, 65, 2), (4097, 68, 3)])
  func sizesAndHeights(capacity: Int, words: Int, height: Int) {
    let layout = BitSetLayout(capacity: capacity, base: 0, laneShift: 3)
    #expect(layout.wordCount == words)
    #expect(layout.height == height)
    #expect(layout.footprint == 8 * words)
  }

  /// The largest set that there can be is of 2^35 members, and its entry has room for all heights.
  @Test func heightsFollowEachOther() {
    let layout = BitSetLayout(capacity: 1 << 35, base: 100, laneShift: 0)
    var entry: [Int: UInt64] = [:]
    layout.forEachDirectoryWord { entry[$0] = $1 }
    var start = 100
    var expected: [Int: UInt64] = [0: 6]
    for height in 0..<6 {
      expected[1 + height] = UInt64(start)
      start += 1 << max(0, 35 - 6 * (height + 1))
    }
    #expect(entry == expected)
    #expect(entry.count <= 1 << BuddyHeader.directoryEntryShift)
  }
}
