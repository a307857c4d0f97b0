// A bit set that finds its first member in a few steps however large it is: each 64 members have
// one summary bit that is set while any of them is, each 64 summary bits have one of their own,
// and so on up to a single word.
//
//   height 2   [.......1]                         one word
//   height 1   [...1....][........] ...           a bit for each word below
//   height 0   [.1......][........][....1...] ... a bit for each member
//
// Several sets of one shape can be interleaved, word i of the first beside word i of the second
// (`lanes`): moving a member from one set to another then stays in one cache line.

/// Hierarchical bit sets in the metadata, interleaved, of one capacity.
///
/// The value is small and without any array, so that using it compiles to loads from the directory
/// and nothing else.
struct HierarchicalBitSet {
  /// The metadata index of the directory's words on this set.
  private let entry: Int
  /// log2 of the number of interleaved sets.
  private let laneShift: Int

  /// The sets whose ``BitSetLayout`` was written to the directory at `entry`.
  @inline(__always)
  init(entry: Int, laneShift: Int) {
    self.entry = entry
    self.laneShift = laneShift
  }

  @inline(__always)
  func height(in words: MetadataWords) -> Int { Int(truncatingIfNeeded: words[entry]) }

  @inline(__always)
  func wordIndex(lane: Int, height: Int, index: Int, in words: MetadataWords) -> Int {
    Int(truncatingIfNeeded: words[entry &+ 1 &+ height]) &+ index &<< laneShift &+ lane
  }

  /// Adds a member. Returns whether the set was empty before. O(height).
  @inline(__always)
  func insert(_ member: Int, lane: Int, in words: MetadataWords) -> Bool {
    var member = member
    var height = 0
    while true {
      let index = wordIndex(lane: lane, height: height, index: member &>> 6, in: words)
      let word = words[index]
      words[index] = word | (1 &<< UInt64(truncatingIfNeeded: member))
      if word != 0 { return false }
      member &>>= 6
      height &+= 1
      if height == self.height(in: words) { return true }
    }
  }

  /// Removes a member. Returns whether the set is empty now. O(height).
  @inline(__always)
  func remove(_ member: Int, lane: Int, in words: MetadataWords) -> Bool {
    var member = member
    var height = 0
    while true {
      let index = wordIndex(lane: lane, height: height, index: member &>> 6, in: words)
      let word = words[index] & ~(1 &<< UInt64(truncatingIfNeeded: member))
      words[index] = word
      if word != 0 { return false }
      member &>>= 6
      height &+= 1
      if height == self.height(in: words) { return true }
    }
  }

  /// Adds a range of members, not empty. O(members / 64).
  func insert(_ members: Range<Int>, lane: Int, in words: MetadataWords) {
    var members = members
    for height in 0..<height(in: words) {
      forEachWord(of: members, lane: lane, height: height, in: words) { index, mask in
        words[index] |= mask
      }
      members = members.lowerBound &>> 6..<((members.upperBound &- 1) &>> 6) &+ 1
    }
  }

  /// Removes a range of members, not empty. O(members / 64).
  func remove(_ members: Range<Int>, lane: Int, in words: MetadataWords) {
    var members = members
    for height in 0..<height(in: words) {
      forEachWord(of: members, lane: lane, height: height, in: words) { index, mask in
        words[index] &= ~mask
      }
      // Only the first and the last word can have members left.
      var first = members.lowerBound &>> 6
      var end = ((members.upperBound &- 1) &>> 6) &+ 1
      if words[wordIndex(lane: lane, height: height, index: first, in: words)] != 0 { first &+= 1 }
      if first < end, words[wordIndex(lane: lane, height: height, index: end &- 1, in: words)] != 0
      {
        end &-= 1
      }
      guard first < end else { return }
      members = first..<end
    }
  }

  /// Whether all of a range are members. O(members / 64).
  func contains(_ members: Range<Int>, lane: Int, in words: MetadataWords) -> Bool {
    var isComplete = true
    forEachWord(of: members, lane: lane, height: 0, in: words) { index, mask in
      if words[index] & mask != mask { isComplete = false }
    }
    return isComplete
  }

  /// The words of a height that a range of bits touches, each with the mask of the range in it.
  private func forEachWord(
    of bits: Range<Int>, lane: Int, height: Int, in words: MetadataWords,
    _ body: (Int, UInt64) -> Void
  ) {
    var bit = bits.lowerBound
    while bit < bits.upperBound {
      let end = Swift.min(bits.upperBound, (bit | 63) &+ 1)
      let length = UInt64(end &- bit)
      let mask = length == 64 ? .max : ((1 &<< length) &- 1) &<< UInt64(bit & 63)
      body(wordIndex(lane: lane, height: height, index: bit &>> 6, in: words), mask)
      bit = end
    }
  }

  @inline(__always)
  func contains(_ member: Int, lane: Int, in words: MetadataWords) -> Bool {
    let word = words[wordIndex(lane: lane, height: 0, index: member &>> 6, in: words)]
    return word & (1 &<< UInt64(truncatingIfNeeded: member)) != 0
  }

  /// The lowest member; the set is not empty. O(height).
  @inline(__always)
  func first(lane: Int, in words: MetadataWords) -> Int {
    var index = 0
    var height = height(in: words)
    while height > 0 {
      height &-= 1
      let word = words[wordIndex(lane: lane, height: height, index: index, in: words)]
      // Going on would lead to a word that is not one of these.
      guard word != 0 else { fatalError("A set is empty, or its summaries are wrong.") }
      index = (index &<< 6) | word.trailingZeroBitCount
    }
    return index
  }

  /// Whether any member lies in the aligned block that the bits `mask` of word `index` of
  /// `height` stand for. Above the top, the whole set is the block. O(1).
  @inline(__always)
  func intersects(
    height: Int, index: Int, mask: UInt64, lane: Int, in words: MetadataWords
  ) -> Bool {
    let top = self.height(in: words) &- 1
    guard height <= top else {
      return words[wordIndex(lane: lane, height: top, index: 0, in: words)] != 0
    }
    return words[wordIndex(lane: lane, height: height, index: index, in: words)] & mask != 0
  }

  /// The same for any of the first six of eight interleaved sets.
  @inline(__always)
  func intersectsAny(height: Int, index: Int, mask: UInt64, in words: MetadataWords) -> Bool {
    let isBelowTop = height < self.height(in: words)
    let first = wordIndex(
      lane: 0, height: isBelowTop ? height : self.height(in: words) &- 1,
      index: isBelowTop ? index : 0, in: words)
    var members: UInt64 = 0
    for lane in 0..<6 { members |= words[first &+ lane] }
    return members & (isBelowTop ? mask : .max) != 0
  }

  /// Whether each summary bit says what the words below it hold, and no bit is set for a member
  /// that cannot exist.
  func isConsistent(lane: Int, capacity: Int, in words: MetadataWords) -> Bool {
    var bitCount = capacity
    for height in 0..<height(in: words) {
      let wordCount = (bitCount &+ 63) &>> 6
      for index in 0..<wordCount {
        let word = words[wordIndex(lane: lane, height: height, index: index, in: words)]
        let isLast = index == wordCount - 1
        if isLast, bitCount & 63 != 0, word &>> UInt64(bitCount & 63) != 0 { return false }
        guard height + 1 < self.height(in: words) else { continue }
        let summary = words[
          wordIndex(lane: lane, height: height + 1, index: index &>> 6, in: words)]
        if (summary & (1 &<< UInt64(index & 63)) != 0) != (word != 0) { return false }
      }
      bitCount = wordCount
    }
    return true
  }
}
