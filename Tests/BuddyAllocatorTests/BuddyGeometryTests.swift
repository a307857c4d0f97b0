import MemoryTestSupport
import Testing

@testable import BuddyAllocator

@Suite("BuddyGeometry: where the metadata lies")
struct BuddyGeometryTests {
  static let geometries = BuddyModelTests.geometries(
    frameCounts: [1, 63, 64, 65, 4096, 4097, 300_000])

  /// No two parts of the metadata overlap, and together they fit into what was asked for. The hard
  /// way: every word of every part is claimed once.
  @Test(arguments: geometries)
  func partsDoNotOverlap(_ geometry: Geometry) throws {
    let layout = BuddyGeometry(
      frameCount: geometry.frameCount, largestOrder: geometry.largestOrder)
    var owners = [String?](repeating: nil, count: layout.wordCount)
    func claim(_ word: Int, _ owner: String) throws {
      try #require(word >= 0 && word < owners.count, "\(owner) lies outside")
      if let other = owners[word] { Issue.record("\(owner) and \(other) overlap") }
      owners[word] = owner
    }
    for word in 0..<BuddyHeader.wordCount { try claim(word, "header") }
    for level in 0..<layout.levelCount {
      let start = layout.levels[level].words
      for word in 0..<layout.levels[level].wordCount {
        try claim(start + word, "level \(level)")
      }
      let sets = layout.levels[level].sets
      var count = layout.levels[level].wordCount
      for height in 0..<sets.height {
        count = (count + 63) / 64
        for index in 0..<count {
          for lane in 0..<8 {
            let word = sets.wordIndex(lane: lane, height: height, index: index)
            try claim(word, "sets of level \(level)")
          }
        }
      }
      // A set's words and its siblings' are one cache line.
      #expect(sets.wordIndex(lane: 0, height: 0, index: 0) % BuddyGeometry.wordsPerLine == 0)
    }
    var count = geometry.frameCount
    for height in 0..<layout.withheld.height {
      count = (count + 63) / 64
      for index in 0..<count {
        try claim(layout.withheld.wordIndex(lane: 0, height: height, index: index), "withheld")
      }
    }
    #expect(layout.wordCount % BuddyGeometry.wordsPerLine == 0)
  }

  @Test(arguments: geometries)
  func levelsServeSixOrdersEach(_ geometry: Geometry) {
    let layout = BuddyGeometry(
      frameCount: geometry.frameCount, largestOrder: geometry.largestOrder)
    #expect(layout.levelCount == geometry.largestOrder / 6 + 1)
    for level in 0..<layout.levelCount {
      let group = 1 << (6 * (level + 1))
      #expect(layout.levels[level].wordCount == (geometry.frameCount + group - 1) / group)
      let isTop = level == layout.levelCount - 1
      #expect(layout.levels[level].runLimit == (isTop ? geometry.largestOrder % 6 : 6))
    }
    for order in 0...35 { #expect(BuddyGeometry.level(ofOrder: order) == order / 6) }
  }

  /// The header's counts end before the directory begins, and this before the first level's words.
  @Test func headerHoldsEveryOrder() {
    #expect(BuddyHeader.freeBlockCounts + BlockOrder.highest < BuddyHeader.directory)
    let layout = BuddyGeometry(frameCount: 1 << 35, largestOrder: 35)
    var words: [Int] = []
    layout.forEachDirectoryWord { index, _ in words.append(index) }
    #expect(Set(words).count == words.count)
    #expect(words.min() == BuddyHeader.directory)
    #expect((words.max() ?? .max) < BuddyHeader.wordCount)
  }
}
