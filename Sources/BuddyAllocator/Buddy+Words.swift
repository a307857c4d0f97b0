// How a word of the tree changes: its bits, the set that lists it, the bit that says the set has
// members. Every operation goes through here, so that these three can never disagree.

extension Buddy {
  /// A block as the tree sees it: the word it lies in, and its bits there.
  struct Position {
    var level: Int
    /// The number of the word within the level.
    var word: Int
    /// The lowest of the block's bits.
    var bit: Int
    /// The block's order within the level, 0…5.
    var run: Int

    @inline(__always)
    init(frame: Int, order: Int) {
      self.init(frame: frame, order: order, level: BuddyGeometry.level(ofOrder: order))
    }

    /// - Parameter level: the order's level, for where it is known already.
    @inline(__always)
    init(frame: Int, order: Int, level: Int) {
      self.level = level
      run = order &- BuddyGeometry.ordersPerLevel &* level
      let index = frame &>> (BuddyGeometry.ordersPerLevel &* level)
      word = index &>> 6
      bit = index & 63
    }

    @inline(__always)
    var mask: UInt64 { FrameWord.run(order: run) &<< UInt64(bit) }

    /// The bit of the level above that stands for this whole word.
    @inline(__always)
    var parent: Position {
      var parent = self
      parent.level &+= 1
      parent.bit = word & 63
      parent.word = word &>> 6
      parent.run = 0
      return parent
    }

    /// The first frame that the block covers.
    @inline(__always)
    var frame: Int {
      ((word &<< 6) | bit) &<< (BuddyGeometry.ordersPerLevel &* level)
    }

    /// The block's order.
    @inline(__always)
    var order: Int { BuddyGeometry.ordersPerLevel &* level &+ run }
  }

  /// The metadata index of a level's first word.
  @inline(__always)
  func levelStart(_ level: Int) -> Int {
    Int(truncatingIfNeeded: words[BuddyHeader.entry(ofLevel: level)])
  }

  /// The six sets of a level's words, one for each order of their largest runs.
  @inline(__always)
  func lists(ofLevel level: Int) -> HierarchicalBitSet {
    HierarchicalBitSet(
      entry: BuddyHeader.entry(ofLevel: level) &+ 1, laneShift: BuddyGeometry.laneShift)
  }

  /// The withheld frames.
  @inline(__always)
  var withheld: HierarchicalBitSet {
    HierarchicalBitSet(entry: BuddyHeader.withheldEntry, laneShift: 0)
  }

  /// The largest order of a run in a word of the level, within the word: 6 where a full word moves
  /// up to the level above, less on the top level.
  @inline(__always)
  func runLimit(level: Int) -> Int {
    Swift.min(FrameWord.fullOrder, largestOrder &- BuddyGeometry.ordersPerLevel &* level)
  }

  @inline(__always)
  func word(at position: Position) -> FrameWord {
    FrameWord(words[levelStart(position.level) &+ position.word])
  }

  @inline(__always)
  func setWord(at position: Position, to bits: UInt64) {
    words[levelStart(position.level) &+ position.word] = bits
  }

  /// Lists a word among those whose largest run has the order `run`.
  @inline(__always)
  func list(_ position: Position, run: Int) {
    if lists(ofLevel: position.level).insert(position.word, lane: run, in: words) {
      words[BuddyHeader.ordersPresent] |=
        1 &<< UInt64(BuddyGeometry.ordersPerLevel &* position.level &+ run)
    }
  }

  /// Takes a word out of the list of those whose largest run has the order `run`.
  @inline(__always)
  func unlist(_ position: Position, run: Int) {
    if lists(ofLevel: position.level).remove(position.word, lane: run, in: words) {
      words[BuddyHeader.ordersPresent] &=
        ~(1 &<< UInt64(BuddyGeometry.ordersPerLevel &* position.level &+ run))
    }
  }

  /// Writes a word that has lost bits, and moves it to the list of its new largest run.
  @inline(__always)
  func relist(_ position: Position, listedRun: Int, bits: UInt64) {
    setWord(at: position, to: bits)
    guard bits != 0 else { return unlist(position, run: listedRun) }
    let run = FrameWord(bits).largestRunOrder(limit: listedRun)
    guard run != listedRun else { return }
    unlist(position, run: listedRun)
    list(position, run: run)
  }

  /// Adds to the number of maximal free blocks of `order`.
  @inline(__always)
  func count(order: Int, by difference: Int) {
    let index = BuddyHeader.freeBlockCounts &+ order
    words[index] = words[index] &+ UInt64(truncatingIfNeeded: difference)
  }

  /// Adds to the numbers of free blocks by how many runs of each order `word` has and `rest`,
  /// which lacks some of its bits, does not; and to the number of free frames likewise.
  @inline(__always)
  func countRuns(of word: FrameWord, without rest: FrameWord, level: Int, by sign: Int) {
    let limit = listedLimit(level: level)
    let first = BuddyGeometry.ordersPerLevel &* level
    // Each aligned run of an order is one free block of it, unless two make up a larger one.
    var (runs, kept) = (word.bits, rest.bits)
    var order = 0
    var difference = (runs & ~kept).nonzeroBitCount
    countFreeFrames(by: sign &* (difference &<< first))
    while difference != 0 {
      guard order < limit else { return count(order: first &+ order, by: sign &* difference) }
      runs = FrameWord.paired(runs, order: order)
      kept = FrameWord.paired(kept, order: order)
      let larger = (runs & ~kept).nonzeroBitCount
      count(order: first &+ order, by: sign &* (difference &- 2 &* larger))
      difference = larger
      order &+= 1
    }
  }

  /// Counts a free block of `blockOrder` no more, of which a block of `order` is taken: split in
  /// halves it leaves one block of each order in between.
  @inline(__always)
  func countSplit(of blockOrder: Int, into order: Int) {
    count(order: blockOrder, by: -1)
    countEach(from: order, upTo: blockOrder, by: 1)
  }

  /// Adds to the number of maximal free blocks of each order from `order` to below `end`.
  ///
  /// Mostly that is none or one or two. A loop over the bits of a mask is one that the compiler does
  /// not prepare for long ranges, which would cost more than such a range itself.
  @inline(__always)
  func countEach(from order: Int, upTo end: Int, by difference: Int) {
    var orders: UInt64 = (1 &<< UInt64(truncatingIfNeeded: end))
    orders &-= 1 &<< UInt64(truncatingIfNeeded: order)
    while orders != 0 {
      count(order: orders.trailingZeroBitCount, by: difference)
      orders &= orders &- 1
    }
  }

  /// Adds to the number of free frames.
  @inline(__always)
  func countFreeFrames(by difference: Int) {
    words[BuddyHeader.freeFrameCount] =
      words[BuddyHeader.freeFrameCount] &+ UInt64(truncatingIfNeeded: difference)
  }
}
