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

/// The place of hierarchical bit sets in the metadata: how many members they may have, and where
/// the words of each height lie.
struct HierarchicalBitSet {
  static let heightLimit = 6

  /// How many words of each set there are, all heights together.
  let wordCount: Int
  let height: Int
  private let base: Int
  /// log2 of the number of interleaved sets.
  private let laneShift: Int
  private let offsets: InlineArray<6, Int>

  /// - Parameters:
  ///   - capacity: members are `0..<capacity`.
  ///   - base: the metadata index of the first word.
  ///   - laneShift: the binary logarithm of the number of interleaved sets.
  init(capacity: Int, base: Int, laneShift: Int) {
    var offsets = InlineArray<6, Int>(repeating: 0)
    var count = capacity
    var total = 0
    var height = 0
    repeat {
      count = (count &+ 63) &>> 6
      offsets[height] = total
      total &+= count
      height &+= 1
    } while count > 1
    self.offsets = offsets
    self.wordCount = total
    self.height = height
    self.base = base
    self.laneShift = laneShift
  }

  /// The metadata words that all interleaved sets take together.
  var footprint: Int { wordCount &<< laneShift }

  @inline(__always)
  func wordIndex(lane: Int, height: Int, index: Int) -> Int {
    base &+ ((offsets[height] &+ index) &<< laneShift) &+ lane
  }

  /// Adds a member. Returns whether the set was empty before. O(height).
  @inline(__always)
  func insert(_ member: Int, lane: Int, in words: MetadataWords) -> Bool {
    var member = member
    for height in 0..<height {
      let index = wordIndex(lane: lane, height: height, index: member &>> 6)
      let word = words[index]
      words[index] = word | (1 &<< UInt64(member & 63))
      if word != 0 { return false }
      member &>>= 6
    }
    return true
  }

  /// Removes a member. Returns whether the set is empty now. O(height).
  @inline(__always)
  func remove(_ member: Int, lane: Int, in words: MetadataWords) -> Bool {
    var member = member
    for height in 0..<height {
      let index = wordIndex(lane: lane, height: height, index: member &>> 6)
      let word = words[index] & ~(1 &<< UInt64(member & 63))
      words[index] = word
      if word != 0 { return false }
      member &>>= 6
    }
    return true
  }

  /// Adds a range of members, not empty. O(members / 64).
  func insert(_ members: Range<Int>, lane: Int, in words: MetadataWords) {
    var members = members
    for height in 0..<height {
      forEachWord(of: members, lane: lane, height: height) { index, mask in
        words[index] |= mask
      }
      members = members.lowerBound &>> 6..<((members.upperBound &- 1) &>> 6) &+ 1
    }
  }

  /// Removes a range of members, not empty. O(members / 64).
  func remove(_ members: Range<Int>, lane: Int, in words: MetadataWords) {
    var members = members
    for height in 0..<height {
      forEachWord(of: members, lane: lane, height: height) { index, mask in
        words[index] &= ~mask
      }
      // Only the first and the last word can have members left.
      var first = members.lowerBound &>> 6
      var end = ((members.upperBound &- 1) &>> 6) &+ 1
      if words[wordIndex(lane: lane, height: height, index: first)] != 0 { first &+= 1 }
      if first < end, words[wordIndex(lane: lane, height: height, index: end &- 1)] != 0 {
        end &-= 1
      }
      guard first < end else { return }
      members = first..<end
    }
  }

  /// Whether all of a range are members. O(members / 64).
  func contains(_ members: Range<Int>, lane: Int, in words: MetadataWords) -> Bool {
    var isComplete = true
    forEachWord(of: members, lane: lane, height: 0) { index, mask in
      if words[index] & mask != mask { isComplete = false }
    }
    return isComplete
  }

  /// The words of a height that a range of bits touches, each with the mask of the range in it.
  private func forEachWord(
    of bits: Range<Int>, lane: Int, height: Int, _ body: (Int, UInt64) -> Void
  ) {
    var bit = bits.lowerBound
    while bit < bits.upperBound {
      let end = Swift.min(bits.upperBound, (bit | 63) &+ 1)
      let length = UInt64(end &- bit)
      let mask = length == 64 ? .max : ((1 &<< length) &- 1) &<< UInt64(bit & 63)
      body(wordIndex(lane: lane, height: height, index: bit &>> 6), mask)
      bit = end
    }
  }

  func contains(_ member: Int, lane: Int, in words: MetadataWords) -> Bool {
    let word = words[wordIndex(lane: lane, height: 0, index: member &>> 6)]
    return word & (1 &<< UInt64(member & 63)) != 0
  }

  /// The lowest member; the set is not empty. O(height).
  @inline(__always)
  func first(lane: Int, in words: MetadataWords) -> Int {
    var index = 0
    var height = height
    while height > 0 {
      height &-= 1
      let word = words[wordIndex(lane: lane, height: height, index: index)]
      assert(word != 0, "The set is empty, or its summaries are wrong.")
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
    if height >= self.height {
      return words[wordIndex(lane: lane, height: self.height &- 1, index: 0)] != 0
    }
    return words[wordIndex(lane: lane, height: height, index: index)] & mask != 0
  }

  /// Whether each summary bit says what the words below it hold, and no bit is set for a member
  /// that cannot exist.
  func isConsistent(lane: Int, capacity: Int, in words: MetadataWords) -> Bool {
    var bitCount = capacity
    for height in 0..<height {
      let wordCount = (bitCount &+ 63) &>> 6
      for index in 0..<wordCount {
        let word = words[wordIndex(lane: lane, height: height, index: index)]
        let isLast = index == wordCount - 1
        if isLast, bitCount & 63 != 0, word &>> UInt64(bitCount & 63) != 0 { return false }
        guard height + 1 < self.height else { continue }
        let summary = words[wordIndex(lane: lane, height: height + 1, index: index &>> 6)]
        if (summary & (1 &<< UInt64(index & 63)) != 0) != (word != 0) { return false }
      }
      bitCount = wordCount
    }
    return true
  }
}
