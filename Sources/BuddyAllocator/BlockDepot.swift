// Blocks of one order that came back and are not the buddy's again yet: the depot between a pool's
// caches and its buddy. Setting a bit is all that it costs to put one in, so that blocks which will
// be wanted again soon need not be merged and split in between. It is kept by address, and its
// lowest blocks go out first, so that it does not scatter what the buddy packs; 64 neighbours that
// have come together leave it for the buddy at once, as one block.
//
//   group   [1.11....]  [........]  [11111111] -> buddy, one block of order + 6
//            one bit for each of 64 neighbouring blocks; above them, the summaries of a bit set
//
// To the buddy, all of its blocks are allocated.

/// A set of blocks of one order, by address.
///
/// Like the buddy it keeps its books in memory of the caller's, and must be used by one thread at a
/// time.
package struct BlockDepot: ~Copyable {
  /// The order of its blocks.
  package let order: Int
  /// The number of its blocks. O(1).
  package private(set) var blockCount = 0
  /// Its words of height 0 are the groups, and come first.
  private let blocks: HierarchicalBitSet
  private let words: MetadataWords

  /// The bytes of metadata that a depot needs.
  package static func metadataByteCount(frameCount: Int, order: Int) -> Int {
    bitSet(frameCount: frameCount, order: order).footprint * MemoryLayout<UInt64>.stride
  }

  private static func bitSet(frameCount: Int, order: Int) -> HierarchicalBitSet {
    HierarchicalBitSet(
      capacity: max((frameCount + 1 << order - 1) >> order, 1), base: 0, laneShift: 0)
  }

  /// Makes an empty depot.
  ///
  /// - Parameters:
  ///   - metadata: zeroed memory of ``metadataByteCount(frameCount:order:)`` bytes, aligned to 8
  ///     bytes, that nobody else uses and that outlives this value.
  ///   - frameCount: frames are below this number.
  ///   - order: the order of its blocks.
  @unsafe
  package init(metadata: UnsafeMutableRawPointer, frameCount: Int, order: Int) {
    self.order = order
    blocks = BlockDepot.bitSet(frameCount: frameCount, order: order)
    // The caller promises memory of so many bytes.
    unsafe words = MetadataWords(metadata, count: blocks.footprint)
  }

  /// Puts blocks in.
  ///
  /// - Parameters:
  ///   - frames: the blocks' first frames. The blocks are allocated.
  ///   - buddy: gets groups that are complete.
  /// - Throws: ``InvalidFree`` if a block is in the depot already, or if the buddy refuses a
  ///   complete group; the blocks before it in `frames` are in.
  /// - Complexity: O(1) for each block, now and then O(levels).
  package mutating func insert(
    _ frames: Span<Int>, completing buddy: inout Buddy
  ) throws(InvalidFree) {
    let words = words
    let shift = order
    var inserted = 0
    // What was counted is in the depot even if this throws.
    defer { blockCount &+= inserted }
    for index in frames.indices {
      let block = frames[index] &>> shift
      let group = block &>> 6
      let bit: UInt64 = 1 &<< UInt64(block & 63)
      let old = words[group]
      let new = old | bit
      guard new != old else { throw .alreadyFree }
      words[group] = new
      inserted &+= 1
      if old == 0 {
        summarize(group: group)
      } else if new == .max {
        try buddy.free(group: group, mask: new, order: shift)
        forget(group: group)
      }
    }
  }

  /// Takes up to `count` blocks out of the lowest group that has some, the lowest ones.
  package mutating func takeBlocks(atMost count: Int) -> BlocksTaken {
    let (group, mask) = takeLowestGroup(atMost: count)
    return BlocksTaken(firstFrame: group &<< (6 &+ order), starts: mask, shift: order)
  }

  /// Gives all blocks to the buddy.
  ///
  /// - Throws: ``InvalidFree`` if the buddy refuses one: it was not allocated.
  /// - Complexity: O(levels) for each group.
  package mutating func empty(into buddy: inout Buddy) throws(InvalidFree) {
    while true {
      let (group, mask) = takeLowestGroup(atMost: 64)
      guard mask != 0 else { return }
      try buddy.free(group: group, mask: mask, order: order)
    }
  }

  /// Takes the lowest blocks of the lowest group. Returns a mask of zero if there is none.
  private mutating func takeLowestGroup(atMost count: Int) -> (group: Int, mask: UInt64) {
    guard blockCount > 0 else { return (0, 0) }
    let group = blocks.first(lane: 0, in: words) &>> 6
    let old = words[group]
    var rest = old
    if old.nonzeroBitCount > count {
      for _ in 0..<count { rest &= rest &- 1 }
      words[group] = rest
      blockCount &-= count
      return (group, old ^ rest)
    }
    forget(group: group)
    return (group, old)
  }

  /// Says in the summaries that a group has a block, its first.
  private func summarize(group: Int) {
    // The set does so when the first bit of a word comes.
    let first = words[group].trailingZeroBitCount
    words[group] = 0
    _ = blocks.insert(group &<< 6 | first, lane: 0, in: words)
  }

  /// Takes all blocks of a group out, which has some.
  private mutating func forget(group: Int) {
    blockCount &-= words[group].nonzeroBitCount
    // The set clears its summaries when the last bit of a word goes.
    words[group] = 1
    _ = blocks.remove(group &<< 6, lane: 0, in: words)
  }

  /// Whether a block is in the depot. O(1).
  package func contains(frame: Int) -> Bool {
    blocks.contains(frame &>> order, lane: 0, in: words)
  }

  /// Whether the summaries agree with the groups, and the count with both. O(frames).
  package func isConsistent(frameCount: Int) -> Bool {
    let capacity = max((frameCount + 1 << order - 1) >> order, 1)
    var count = 0
    for group in 0..<(capacity + 63) >> 6 {
      count += words[group].nonzeroBitCount
    }
    return count == blockCount && blocks.isConsistent(lane: 0, capacity: capacity, in: words)
  }
}
