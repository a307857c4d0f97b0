// Giving a block back: check that every frame of it is allocated, set its bits, and carry full
// words upwards.

extension Buddy {
  /// Gives back a block of `2^order` frames, whole or part of what was allocated.
  ///
  /// That any frame of it is free or withheld is always found out.
  ///
  /// - Throws: ``InvalidFree``; then nothing has changed.
  /// - Complexity: O(levels).
  public mutating func free(_ frame: Int, order: Int) throws(InvalidFree) {
    guard
      order >= 0, order <= largestOrder, frame >= 0,
      frame <= managedFrameCount &- (1 &<< order)
    else { throw .outOfRange }
    if order == 0 { return try freeFrame(frame) }
    guard frame & ((1 &<< order) &- 1) == 0 else { throw .misaligned }
    return order < BuddyGeometry.ordersPerLevel
      ? try freeSmallBlock(frame, order: order) : try freeLargeBlock(frame, order: order)
  }

  /// The same for orders of level 0: with the level as a constant much of the arithmetic goes away.
  @inline(never)
  private mutating func freeSmallBlock(_ frame: Int, order: Int) throws(InvalidFree) {
    try freeBlock(Position(frame: frame, order: order, level: 0))
  }

  @inline(never)
  private mutating func freeLargeBlock(_ frame: Int, order: Int) throws(InvalidFree) {
    try freeBlock(Position(frame: frame, order: order))
  }

  @inline(__always)
  private mutating func freeBlock(_ block: Position) throws(InvalidFree) {
    try checkAllocated(level: block.level, word: block.word, mask: block.mask)
    give(block)
  }

  /// Throws unless every frame of the aligned block is allocated.
  @inline(__always)
  func checkAllocated(frame: Int, order: Int) throws(InvalidFree) {
    let position = Position(frame: frame, order: order)
    try checkAllocated(level: position.level, word: position.word, mask: position.mask)
  }

  /// Throws unless every frame that these bits of one word stand for is allocated.
  @inline(__always)
  func checkAllocated(level: Int, word: Int, mask: UInt64) throws(InvalidFree) {
    if words[BuddyHeader.withheldFrameCount] != 0,
      withheld.intersects(height: level, index: word, mask: mask, lane: 0, in: words)
    {
      throw .withheld
    }
    if isPartlyFree(level: level, word: word, mask: mask) { throw .alreadyFree }
  }

  /// Whether any of the frames is free: by their own bits, by one above, or by words below.
  @inline(__always)
  private func isPartlyFree(level: Int, word: Int, mask: UInt64) -> Bool {
    var position = Position(frame: 0, order: BuddyGeometry.ordersPerLevel &* level)
    position.word = word
    var bits = self.word(at: position).bits
    if bits & mask != 0 { return true }
    // A word with any bit set has no free bit above it.
    while bits == 0, position.level &+ 1 < levelCount {
      position = position.parent
      bits = self.word(at: position).bits
      if bits & position.mask != 0 { return true }
    }
    // The words below that are not empty are members of their level's six sets, and the blocks'
    // own bits, some heights up, are the summary of just those words.
    for below in 0..<level
    where lists(ofLevel: below).intersectsAny(
      height: level &- below &- 1, index: word, mask: mask, in: words)
    {
      return true
    }
    return false
  }

  /// Sets the bits of a block that is not free, merging it with its buddies.
  @inline(__always)
  func give(frame: Int, order: Int) {
    give(Position(frame: frame, order: order))
  }

  /// The same for a block as the tree sees it.
  @inline(__always)
  func give(_ block: Position) {
    countFreeFrames(by: 1 &<< block.order)
    if isMovedUp(block) { moveUp(block.parent) }
  }

  /// Sets the bit that stands for a full word, and for each word that this fills in turn.
  @inline(never)
  private func moveUp(_ bit: Position) {
    var bit = bit
    while isMovedUp(bit) { bit = bit.parent }
  }

  /// Sets the bits of a block in its word, and counts and lists what it merges to. False if the
  /// word is now full and therefore empty: then the block is the bit above it.
  @inline(__always)
  private func isMovedUp(_ block: Position) -> Bool {
    let first = BuddyGeometry.ordersPerLevel &* block.level
    let old = word(at: block)
    let merged = old.mergedOrder(
      start: block.bit, order: block.run, limit: runLimit(level: block.level))
    // Each buddy that the block grows by was a maximal free block of its own.
    countEach(from: first &+ block.run, upTo: first &+ merged, by: -1)
    guard merged < FrameWord.fullOrder else {
      setWord(at: block, to: 0)
      unlist(block, run: FrameWord.fullOrder &- 1)
      return true
    }
    count(order: first &+ merged, by: 1)
    setWord(at: block, to: old.bits | block.mask)
    if old.bits == 0 {
      list(block, run: merged)
    } else if merged > block.run {
      // The buddy that was merged last is in this word, so its largest run has that order or more.
      if lists(ofLevel: block.level).contains(block.word, lane: merged &- 1, in: words) {
        unlist(block, run: merged &- 1)
        list(block, run: merged)
      }
    } else if merged > 0, old.runs(order: merged) == 0 {
      unlist(block, run: old.largestRunOrder(limit: merged))
      list(block, run: merged)
    }
    return false
  }
}
