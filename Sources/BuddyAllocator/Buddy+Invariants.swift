// The whole structure looked at, word by word. Tests run it after every operation; a program that
// suspects a stray write can, too.

/// What ``Buddy/checkInvariants()`` found to be wrong.
public enum InvariantViolation: Error, Equatable, Sendable {
  /// The header does not say what this buddy was made for.
  case header
  /// A word below the top level is all ones: 64 free neighbours were not merged.
  case unmergedWord(level: Int, word: Int)
  /// A bit is set beyond the frames that the buddy manages.
  case freeBeyondEnd(level: Int, word: Int)
  /// A word's bits and a bit above it both say that frames are free.
  case freeTwice(level: Int, word: Int)
  /// A word is not in the list of its largest run, or is in another.
  case wrongList(level: Int, word: Int)
  /// A summary bit does not say what the words below it hold, or a word is listed that does not
  /// exist.
  case wrongSummary(level: Int, run: Int)
  /// The bit for an order does not say whether its list has members.
  case wrongOrderBit(order: Int)
  /// The number of free blocks of an order is not what the words say.
  case wrongBlockCount(order: Int)
  /// The number of free frames is not what the words say.
  case wrongFrameCount
  /// A frame is both free and withheld, or the withheld ones are miscounted.
  case wrongWithheld
}

extension Buddy {
  /// Checks everything that must be true of the metadata between two operations.
  ///
  /// - Throws: ``InvariantViolation``, the first one found.
  /// - Complexity: O(frames).
  public func checkInvariants() throws(InvariantViolation) {
    guard
      words[BuddyHeader.magic] == BuddyHeader.magicNumber,
      words[BuddyHeader.frameCount] == UInt64(frameCount),
      words[BuddyHeader.largestOrder] == UInt64(largestOrder),
      words[BuddyHeader.managedFrameCount] <= UInt64(frameCount)
    else { throw .header }
    let geometry = geometry
    try checkDirectory(of: geometry)
    // Before the counts are read as numbers: a stray write may have made them too large for one.
    guard words[BuddyHeader.freeFrameCount] <= UInt64(frameCount) else { throw .wrongFrameCount }
    guard words[BuddyHeader.withheldFrameCount] <= UInt64(frameCount) else {
      throw .wrongWithheld
    }
    for order in 0...largestOrder
    where words[BuddyHeader.freeBlockCounts + order] > UInt64(frameCount) {
      throw .wrongBlockCount(order: order)
    }
    if words[BuddyHeader.ordersPresent] >> UInt64(largestOrder + 1) != 0 {
      throw .wrongOrderBit(order: largestOrder + 1)
    }
    var freeFrames = 0
    for level in 0..<levelCount {
      let wordCount = geometry.levels[level].wordCount
      for word in 0..<wordCount { try checkWord(level: level, word: word) }
      try checkLists(level: level, wordCount: wordCount)
      freeFrames += try checkCounts(level: level, wordCount: wordCount)
    }
    guard freeFrames == freeFrameCount else { throw .wrongFrameCount }
    try checkWithheld()
  }

  /// The words that all others are found by.
  private func checkDirectory(of geometry: BuddyGeometry) throws(InvariantViolation) {
    let words = self.words
    var isRight = true
    geometry.forEachDirectoryWord { if words[$0] != $1 { isRight = false } }
    guard isRight else { throw .header }
  }

  private func checkWord(level: Int, word: Int) throws(InvariantViolation) {
    var position = Position(frame: 0, order: BuddyGeometry.ordersPerLevel * level)
    position.word = word
    let bits = self.word(at: position).bits
    let isTop = level == levelCount - 1
    if bits == .max, !isTop { throw .unmergedWord(level: level, word: word) }
    var largest: Int?
    if bits != 0 {
      largest = FrameWord(bits).largestRunOrder(limit: listedLimit(level: level))
      position.bit = UInt64.bitWidth - 1 - bits.leadingZeroBitCount
      let end = position.frame + (1 << (BuddyGeometry.ordersPerLevel * level))
      if end > managedFrameCount { throw .freeBeyondEnd(level: level, word: word) }
      while position.level + 1 < levelCount {
        position = position.parent
        if self.word(at: position).bits & position.mask != 0 {
          throw .freeTwice(level: level, word: word)
        }
      }
    }
    for run in 0..<BuddyGeometry.ordersPerLevel {
      let isListed = lists(ofLevel: level).contains(word, lane: run, in: words)
      if isListed != (run == largest) { throw .wrongList(level: level, word: word) }
    }
  }

  private func checkLists(level: Int, wordCount: Int) throws(InvariantViolation) {
    let sets = lists(ofLevel: level)
    for run in 0..<BuddyGeometry.ordersPerLevel {
      guard
        sets.isConsistent(
          lane: run, capacity: wordCount, in: words)
      else { throw .wrongSummary(level: level, run: run) }
      let order = BuddyGeometry.ordersPerLevel * level + run
      let hasMembers = sets.intersects(
        height: sets.height(in: words), index: 0, mask: 0, lane: run, in: words)
      let isPresent = words[BuddyHeader.ordersPresent] & (1 << UInt64(order)) != 0
      guard isPresent == hasMembers else { throw .wrongOrderBit(order: order) }
    }
  }

  /// Returns the level's free frames.
  private func checkCounts(level: Int, wordCount: Int) throws(InvariantViolation) -> Int {
    let limit = listedLimit(level: level)
    var freeFrames = 0
    for run in 0...limit {
      var blocks = 0
      for word in 0..<wordCount {
        blocks += FrameWord(words[levelStart(level) + word])
          .runCount(order: run, limit: limit)
      }
      let order = BuddyGeometry.ordersPerLevel * level + run
      guard blocks == freeBlockCount(order: order) else { throw .wrongBlockCount(order: order) }
      freeFrames += blocks << order
    }
    return freeFrames
  }

  private func checkWithheld() throws(InvariantViolation) {
    guard withheld.isConsistent(lane: 0, capacity: frameCount, in: words)
    else { throw .wrongWithheld }
    var count = 0
    for frame in 0..<frameCount where withheld.contains(frame, lane: 0, in: words) {
      count += 1
      guard freeBlock(containing: frame) == nil else { throw .wrongWithheld }
    }
    guard count == withheldFrameCount else { throw .wrongWithheld }
  }
}
