// Taking many blocks of one order: a group that the rule has chosen is used up before another one
// is looked at, so it is enough to choose it once, and to write its word once.
//
// That a group is used up is a consequence of the rule, not an addition to it. The chosen group's
// largest run is the smallest sufficient one of all. What is taken can only make it smaller; as
// long as it suffices it is now smaller than in any other group, or as small and lower.

/// Blocks that were taken out of one group in one step.
@usableFromInline
package struct BlocksTaken {
  /// The frame that bit 0 stands for.
  @usableFromInline package let firstFrame: Int
  /// A bit for each block, at its first frame. Zero: nothing was taken.
  @usableFromInline package let starts: UInt64
  /// The binary logarithm of the number of frames that a bit stands for.
  @usableFromInline package let shift: Int

  @inline(__always)
  init(firstFrame: Int, starts: UInt64, shift: Int) {
    self.firstFrame = firstFrame
    self.starts = starts
    self.shift = shift
  }
}

extension Buddy {
  /// Takes up to `count` blocks of `2^order` frames, the same as that many calls of
  /// ``allocate(order:)`` would.
  ///
  /// - Parameter receive: is given the first frame of each block: group by group in the order in
  ///   which single allocations would have used them, in a group from the lowest up. It must not
  ///   use the buddy.
  /// - Returns: how many blocks were taken; fewer than `count` only if no more are free.
  /// - Precondition: neither `order` nor `count` is negative.
  /// - Complexity: O(levels) for each group, and O(1) for each block.
  @inlinable
  public mutating func allocateBatch(
    order: Int, count: Int, into receive: (_ frame: Int) -> Void
  ) -> Int {
    precondition(order >= 0, "A block's order must not be negative.")
    precondition(count >= 0, "A number of blocks must not be negative.")
    var missing = count
    while missing > 0 {
      let taken = takeBlocks(order: order, atMost: missing)
      var starts = taken.starts
      guard starts != 0 else { break }
      repeat {
        receive(taken.firstFrame &+ starts.trailingZeroBitCount &<< taken.shift)
        starts &= starts &- 1
        missing &-= 1
      } while starts != 0
    }
    return count &- missing
  }

  /// Takes blocks out of the one group that the rule chooses, until it has no more or there are
  /// `count`.
  ///
  /// - Parameters:
  ///   - order: not negative.
  ///   - count: at least 1.
  @usableFromInline
  package mutating func takeBlocks(order: Int, atMost count: Int) -> BlocksTaken {
    let nothing = BlocksTaken(firstFrame: 0, starts: 0, shift: 0)
    guard order <= largestOrder else { return nothing }
    let sufficient = words[BuddyHeader.ordersPresent] &>> UInt64(order)
    guard sufficient != 0 else { return nothing }
    let groupOrder = order &+ sufficient.trailingZeroBitCount
    var group = Position(frame: 0, order: groupOrder)
    group.word = lists(ofLevel: group.level).first(lane: group.run, in: words)
    let level = BuddyGeometry.level(ofOrder: order)
    let run = order &- BuddyGeometry.ordersPerLevel &* level
    return level == group.level
      ? takeRuns(order: run, atMost: count, from: group)
      : cutUp(order: run, level: level, atMost: count, from: group)
  }

  /// Takes blocks of `order` within the level out of a word that has some.
  private mutating func takeRuns(
    order: Int, atMost count: Int, from group: Position
  ) -> BlocksTaken {
    let old = word(at: group)
    let starts = old.starts(ofSmallestRuns: order, atMost: count, limit: group.run)
    let new = FrameWord(old.bits & ~FrameWord.spread(starts, order: order))
    let shift = BuddyGeometry.ordersPerLevel &* group.level
    countRuns(of: old, without: new, level: group.level, by: -1)
    relist(group, listedRun: group.run, bits: new.bits)
    return BlocksTaken(firstFrame: group.frame, starts: starts, shift: shift)
  }

  /// Takes a whole group of `level` out of a word of a higher level, as blocks of `order` within
  /// the level; what is left of it stays free on its own level.
  private mutating func cutUp(
    order: Int, level: Int, atMost count: Int, from group: Position
  ) -> BlocksTaken {
    let found = word(at: group).smallestRun(order: 0, limit: group.run)
    var holder = group
    holder.bit = found.start
    let frame = holder.frame
    let shift = BuddyGeometry.ordersPerLevel &* level
    take(
      frame: frame, order: shift &+ BuddyGeometry.ordersPerLevel, from: holder,
      listedRun: group.run,
      blockOrder: BuddyGeometry.ordersPerLevel &* group.level &+ found.order)
    let whole = FrameWord.starts(order: order)
    let bitCount = count &<< order
    guard count < UInt64.bitWidth &>> order else {
      return BlocksTaken(firstFrame: frame, starts: whole, shift: shift)
    }
    // What is left ends at the group's end: one run for each bit of its length.
    let left = UInt64.bitWidth &- bitCount
    for run in 0..<FrameWord.fullOrder where left & (1 &<< run) != 0 {
      self.count(order: shift &+ run, by: 1)
    }
    countFreeFrames(by: left &<< shift)
    let rest = Position(frame: frame, order: shift)
    let bits = UInt64.max &<< UInt64(bitCount)
    setWord(at: rest, to: bits)
    list(rest, run: BlockOrder.fitting(frameCount: left))
    return BlocksTaken(firstFrame: frame, starts: whole & ~bits, shift: shift)
  }
}
