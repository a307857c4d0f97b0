// Where everything lies in the metadata of a buddy. The geometry follows from the frame count and
// the largest order alone, so that metadata holds no pointers and can be shared or re-opened.

/// One level of the radix tree. Level L has a word for each 64^(L+1) frames and serves the orders
/// 6L…6L+5.
struct BuddyLevel {
  /// The metadata index of the level's first word.
  var words = 0
  var wordCount = 0
  /// Six interleaved sets, one for each order of the level: the words whose largest free run has
  /// that order.
  var sets = BitSetLayout(capacity: 1, base: 0, laneShift: 0)
  /// The largest order of a run in a word of this level, within the word: 6 where a full word
  /// moves up to the level above, less on the top level.
  var runLimit = 0
}

/// The layout of the metadata for a frame count and a largest order.
struct BuddyGeometry {
  static let ordersPerLevel = 6
  static let levelLimit = 6
  /// Eight interleaved sets, of which six are used: a set's word i and its siblings' are one line.
  static let laneShift = 3
  static let wordsPerLine = 8

  let frameCount: Int
  let largestOrder: Int
  let levelCount: Int
  let levels: InlineArray<6, BuddyLevel>
  /// The withheld frames.
  let withheld: BitSetLayout
  let wordCount: Int

  init(frameCount: Int, largestOrder: Int) {
    precondition(
      frameCount >= 1 && frameCount <= 1 << BlockOrder.highest,
      "A buddy must have between 1 and 2^35 frames.")
    precondition(
      largestOrder >= 0 && largestOrder <= BlockOrder.highest,
      "A buddy's largest order must be in 0...35.")
    self.frameCount = frameCount
    self.largestOrder = largestOrder
    let levelCount = largestOrder / BuddyGeometry.ordersPerLevel + 1
    var levels = InlineArray<6, BuddyLevel>(repeating: BuddyLevel())
    var position = BuddyHeader.wordCount
    for index in 0..<levelCount {
      var level = BuddyLevel()
      let shift = BuddyGeometry.ordersPerLevel * (index + 1)
      level.words = position
      level.wordCount = (frameCount &+ (1 &<< shift) &- 1) &>> shift
      position = BuddyGeometry.roundedUpToLine(position &+ level.wordCount)
      level.sets = BitSetLayout(
        capacity: level.wordCount, base: position, laneShift: BuddyGeometry.laneShift)
      position &+= level.sets.footprint
      level.runLimit =
        index == levelCount - 1
        ? largestOrder - BuddyGeometry.ordersPerLevel * index : FrameWord.fullOrder
      levels[index] = level
    }
    withheld = BitSetLayout(capacity: frameCount, base: position, laneShift: 0)
    position &+= withheld.footprint
    self.levels = levels
    self.levelCount = levelCount
    wordCount = BuddyGeometry.roundedUpToLine(position)
  }

  private static func roundedUpToLine(_ words: Int) -> Int {
    (words &+ wordsPerLine &- 1) & ~(wordsPerLine &- 1)
  }

  /// The words of the directory in the metadata header.
  func forEachDirectoryWord(_ body: (_ index: Int, _ word: UInt64) -> Void) {
    for level in 0..<levelCount {
      let entry = BuddyHeader.entry(ofLevel: level)
      body(entry, UInt64(levels[level].words))
      levels[level].sets.forEachDirectoryWord { body(entry &+ 1 &+ $0, $1) }
    }
    withheld.forEachDirectoryWord { body(BuddyHeader.withheldEntry &+ $0, $1) }
  }

  /// The level that serves `order`.
  @inline(__always)
  static func level(ofOrder order: Int) -> Int { Int(UInt32(truncatingIfNeeded: order) / 6) }
}
