// Giving back many blocks of one order that lie side by side: a word of the tree takes all of its
// blocks in one step, and moves to another list at most once.

extension Buddy {
  /// Gives back any of the 64 blocks of `order` that make up one aligned group.
  ///
  /// - Parameters:
  ///   - group: the blocks' frames divided by `2^(order + 6)`.
  ///   - mask: bit `i` says that the block of `order` at frame `(group * 64 + i) << order` is given
  ///     back.
  /// - Throws: ``InvalidFree`` unless every frame of these blocks is allocated, or
  ///   ``InvalidFree/outOfRange`` if the mask is zero; then nothing has changed.
  /// - Complexity: O(levels) for each word that the blocks lie in: one if `order` is a multiple of
  ///   six, at most 32.
  public mutating func free(group: Int, mask: UInt64, order: Int) throws(InvalidFree) {
    guard order >= 0, order <= largestOrder, group >= 0, mask != 0,
      group <= managedFrameCount &>> (order &+ FrameWord.fullOrder)
    else { throw .outOfRange }
    let end = (group &<< FrameWord.fullOrder) &+ (UInt64.bitWidth &- mask.leadingZeroBitCount)
    guard end &<< order <= managedFrameCount else { throw .outOfRange }

    let level = BuddyGeometry.level(ofOrder: order)
    let run = order &- BuddyGeometry.ordersPerLevel &* level
    if run == 0 {
      try checkAllocated(level: level, word: group, mask: mask)
      give(level: level, word: group, mask: mask)
      return
    }
    var isPartlyFree = false
    var slices = GroupSlices(group: group, mask: mask, run: run)
    while let (word, bits) = slices.next() {
      do throws(InvalidFree) {
        try checkAllocated(level: level, word: word, mask: bits)
      } catch {
        // A withheld frame anywhere in the group outranks a free one.
        if error == .withheld { throw error }
        isPartlyFree = true
      }
    }
    if isPartlyFree { throw .alreadyFree }
    slices = GroupSlices(group: group, mask: mask, run: run)
    while let (word, bits) = slices.next() { give(level: level, word: word, mask: bits) }
  }

  /// Sets bits of one word, none of whose frames are free, merging them with what is there.
  private mutating func give(level: Int, word: Int, mask: UInt64) {
    var position = Position(frame: 0, order: BuddyGeometry.ordersPerLevel &* level)
    position.word = word
    let limit = runLimit(level: level)
    let old = self.word(at: position)
    let new = FrameWord(old.bits | mask)
    if limit == FrameWord.fullOrder, new.bits == .max {
      if old.bits != 0 {
        let listedLimit = FrameWord.fullOrder &- 1
        countRuns(of: old, without: FrameWord(0), level: level, by: -1)
        setWord(at: position, to: 0)
        unlist(position, run: old.largestRunOrder(limit: listedLimit))
      }
      position.bit = 0
      return give(
        frame: position.frame, order: BuddyGeometry.ordersPerLevel &* (level &+ 1))
    }
    let listedLimit = listedLimit(level: level)
    countRuns(of: new, without: old, level: level, by: 1)
    setWord(at: position, to: new.bits)
    let run = new.largestRunOrder(limit: listedLimit)
    guard old.bits != 0 else { return list(position, run: run) }
    // Most often the word's largest run is what it was.
    if lists(ofLevel: level).contains(word, lane: run, in: words) { return }
    unlist(position, run: old.largestRunOrder(limit: listedLimit))
    list(position, run: run)
  }
}

/// The words of a level that 64 neighbouring blocks of an order lie in, and their bits there.
private struct GroupSlices {
  /// The blocks' order within the level, 1…5: they lie in `2^run` words.
  private let run: Int
  private var word: Int
  private var mask: UInt64

  init(group: Int, mask: UInt64, run: Int) {
    self.run = run
    self.mask = mask
    word = group &<< run
  }

  /// The next word that has any of the blocks.
  mutating func next() -> (word: Int, bits: UInt64)? {
    let length = UInt64(UInt64.bitWidth &>> run)
    while mask != 0 {
      let blocks = mask & ((1 &<< length) &- 1)
      defer {
        mask &>>= length
        word &+= 1
      }
      if blocks != 0 { return (word, FrameWord.widened(blocks, order: run)) }
    }
    return nil
  }
}
