// Taking given frames: memory at a fixed address, and the way that holes are cut out.

extension Buddy {
  /// Takes exactly these frames, if all of them are free.
  ///
  /// - Returns: whether they were taken; if not, nothing has changed. Frames that the buddy does
  ///   not manage are never free.
  /// - Precondition: the range is not empty.
  /// - Complexity: O(levels) for each aligned block that the range consists of.
  public mutating func allocate(at frames: Range<Int>) -> Bool {
    precondition(!frames.isEmpty, "A range of frames to allocate must not be empty.")
    guard frames.lowerBound >= 0, frames.upperBound <= managedFrameCount else { return false }
    for block in AlignedBlocks(frames, largestOrder: largestOrder) {
      guard holder(of: block) != nil else { return false }
    }
    for block in AlignedBlocks(frames, largestOrder: largestOrder) {
      guard let holder = holder(of: block) else { fatalError("A free block vanished.") }
      let found = maximalRun(at: holder)
      take(
        frame: block.frame, order: block.order, from: holder,
        listedRun: word(at: holder).largestRunOrder(limit: listedLimit(level: holder.level)),
        blockOrder: BuddyGeometry.ordersPerLevel * holder.level + found)
    }
    return true
  }

  /// The bits that say that the whole block is free: its own, or one on a level above it.
  func holder(of block: FreeBlock) -> Position? {
    var position = Position(frame: block.frame, order: block.order)
    var bits = word(at: position).bits
    if bits & position.mask == position.mask { return position }
    // A word with any bit set has no free bit above it.
    while bits == 0, position.level + 1 < levelCount {
      position = position.parent
      bits = word(at: position).bits
      if bits & position.mask != 0 { return position }
    }
    return nil
  }

  /// The largest order that a run in a resting word of the level can have.
  func listedLimit(level: Int) -> Int {
    Swift.min(runLimit(level: level), FrameWord.fullOrder - 1)
  }

  /// The order within its level of the maximal run that the set bits at `position` belong to.
  func maximalRun(at position: Position) -> Int {
    word(at: position).mergedOrder(
      start: position.bit, order: position.run, limit: listedLimit(level: position.level))
  }
}
