// Taking a block: choose a group, choose a run in it, write one word per level on the way down.

extension Buddy {
  /// Takes a block of `2^order` frames.
  ///
  /// Among the groups whose largest free run suffices, the one where it is smallest is chosen,
  /// then the lowest; in it the smallest sufficient run, then the lowest; of this its lowest part.
  ///
  /// - Returns: the number of the block's first frame, a multiple of `2^order`; nil if no block is
  ///   free, or if `order` is above ``largestOrder``.
  /// - Precondition: `order` is not negative.
  /// - Complexity: O(levels).
  public mutating func allocate(order: Int) -> Int? {
    precondition(order >= 0, "A block's order must not be negative.")
    guard order <= largestOrder else { return nil }
    let sufficient = words[BuddyHeader.ordersPresent] &>> UInt64(order)
    guard sufficient != 0 else { return nil }
    let groupOrder = order &+ sufficient.trailingZeroBitCount
    if groupOrder < BuddyGeometry.ordersPerLevel {
      if order == 0 { return allocateFrame(listedRun: groupOrder) }
      return allocateSmallRun(order: order, listedRun: groupOrder)
    }
    let level = BuddyGeometry.level(ofOrder: groupOrder)
    let listedRun = groupOrder &- BuddyGeometry.ordersPerLevel &* level
    let run = order &- BuddyGeometry.ordersPerLevel &* level
    return run >= 0
      ? allocateLargeRun(order: run, level: level, listedRun: listedRun)
      : allocateFromAbove(order: order, level: level, listedRun: listedRun)
  }

  /// With the level as a constant much of the arithmetic goes away.
  @inline(never)
  private mutating func allocateSmallRun(order: Int, listedRun: Int) -> Int {
    allocateRun(order: order, level: 0, listedRun: listedRun)
  }

  @inline(never)
  private mutating func allocateLargeRun(order: Int, level: Int, listedRun: Int) -> Int {
    allocateRun(order: order, level: level, listedRun: listedRun)
  }

  /// Takes a run of `order` out of the lowest word of `level` whose largest run is of `listedRun`.
  @inline(__always)
  private mutating func allocateRun(order: Int, level: Int, listedRun: Int) -> Int {
    var group = Position(frame: 0, order: BuddyGeometry.ordersPerLevel &* level)
    group.word = lists(ofLevel: level).first(lane: listedRun, in: words)
    let bits = word(at: group).bits
    let found = FrameWord(bits).smallestRun(order: order, limit: listedRun)
    group.bit = found.start
    group.run = order
    let frame = group.frame
    countFreeFrames(by: -(1 &<< group.order))
    countSplit(of: group.order &- order &+ found.order, into: group.order)
    let rest = bits & ~group.mask
    if found.order == listedRun {
      relist(group, listedRun: listedRun, bits: rest)
    } else {
      setWord(at: group, to: rest)
    }
    return frame
  }

  /// Takes a block out of a bit of a higher level than its own.
  private mutating func allocateFromAbove(order: Int, level: Int, listedRun: Int) -> Int {
    var group = Position(frame: 0, order: BuddyGeometry.ordersPerLevel &* level)
    group.word = lists(ofLevel: level).first(lane: listedRun, in: words)
    let found = word(at: group).smallestRun(order: 0, limit: listedRun)
    group.bit = found.start
    let frame = group.frame
    take(
      frame: frame, order: order, from: group, listedRun: listedRun,
      blockOrder: group.order &+ found.order)
    return frame
  }

  /// Takes the block of `order` at `frame`, which is free, out of the word at `holder`.
  ///
  /// - Parameters:
  ///   - holder: the word whose bits say that the block is free, on the block's level or above.
  ///   - listedRun: the order of the largest run in that word.
  ///   - blockOrder: the order of the maximal free block that the block is part of.
  @inline(__always)
  func take(frame: Int, order: Int, from holder: Position, listedRun: Int, blockOrder: Int) {
    countSplit(of: blockOrder, into: order)
    countFreeFrames(by: -(1 &<< order))

    let block = Position(frame: frame, order: order)
    let bits = word(at: holder).bits
    guard block.level != holder.level else {
      relist(holder, listedRun: listedRun, bits: bits & ~block.mask)
      return
    }
    relist(
      holder, listedRun: listedRun,
      bits: bits & ~(1 &<< UInt64(childBit(of: frame, level: holder.level))))
    // Below the bit that was taken: everything is free but the path to the block.
    var level = holder.level &- 1
    while level > block.level {
      let child = Position(frame: frame, order: BuddyGeometry.ordersPerLevel &* level)
      setWord(at: child, to: ~child.mask)
      list(child, run: FrameWord.fullOrder &- 1)
      level &-= 1
    }
    setWord(at: block, to: ~block.mask)
    list(block, run: FrameWord.fullOrder &- 1)
  }

  @inline(__always)
  private func childBit(of frame: Int, level: Int) -> Int {
    (frame &>> (BuddyGeometry.ordersPerLevel &* level)) & 63
  }
}
