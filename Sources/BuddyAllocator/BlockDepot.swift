// Blocks of one order that came back and are not the buddy's again yet: the depot between a pool's
// caches and its buddy. Setting a bit is all that it costs to put one in, so that blocks which will
// be wanted again soon need not be merged and split in between. It is kept by address, and its
// lowest blocks go out first, so that it does not scatter what the buddy packs; 64 neighbours that
// have come together leave it for the buddy at once, as one block.
//
//   group   [1.11....]  [........]  [11111111] -> buddy, one block of order + 6
//            one bit for each of 64 neighbouring blocks; above them, the summaries of a bit set,
//            whose layout the first eight words tell
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
  private let words: MetadataWords

  /// The set of the blocks. Its words of height 0 are the groups.
  private var blocks: HierarchicalBitSet { HierarchicalBitSet(entry: 0, laneShift: 0) }
  /// The metadata index of the first group: behind the directory of the set.
  private static let groups = 8

  /// The bytes of metadata that a depot needs.
  package static func metadataByteCount(frameCount: Int, order: Int) -> Int {
    let layout = layout(frameCount: frameCount, order: order)
    return (groups + layout.footprint) * MemoryLayout<UInt64>.stride
  }

  private static func layout(frameCount: Int, order: Int) -> BitSetLayout {
    BitSetLayout(
      capacity: max((frameCount + 1 << order - 1) >> order, 1), base: groups, laneShift: 0)
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
    let layout = BlockDepot.layout(frameCount: frameCount, order: order)
    // The caller promises memory of so many bytes.
    let words = unsafe MetadataWords(metadata, count: BlockDepot.groups + layout.footprint)
    layout.forEachDirectoryWord { words[$0] = $1 }
    self.words = words
  }

  /// Puts blocks in.
  ///
  /// - Parameters:
  ///   - places: tell the blocks' first frames: the frame of a place is its distance from `origin`,
  ///     divided by `2^frameShift`. The blocks are allocated.
  ///   - buddy: gets groups that are complete.
  /// - Throws: ``InvalidFree`` if a block is in the depot already, or if the buddy refuses a
  ///   complete group; the blocks before it in `places` are in.
  /// - Complexity: O(1) for each block, now and then O(levels).
  package mutating func insert(
    _ places: Span<UInt>, origin: UInt, frameShift: Int, completing buddy: inout Buddy
  ) throws(InvalidFree) {
    let words = words
    let shift = UInt(truncatingIfNeeded: frameShift &+ order)
    // Neighbours tend to come together: a group's word is kept while they do.
    var group = -1
    var word: UInt64 = 0
    for index in places.indices {
      let block = (places[index] &- origin) &>> shift
      let next = Int(truncatingIfNeeded: block &>> 6)
      if next != group {
        group = next
        word = words[BlockDepot.groups &+ group]
      }
      let old = word
      word |= 1 &<< UInt64(truncatingIfNeeded: block)
      guard word != old else { throw .alreadyFree }
      words[BlockDepot.groups &+ group] = word
      blockCount &+= 1
      if old == 0 {
        summarize(group: group)
      } else if word == .max {
        try buddy.free(group: group, mask: word, order: order)
        forget(group: group)
        word = 0
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
    let old = words[BlockDepot.groups &+ group]
    var rest = old
    if old.nonzeroBitCount > count {
      for _ in 0..<count { rest &= rest &- 1 }
      words[BlockDepot.groups &+ group] = rest
      blockCount &-= count
      return (group, old ^ rest)
    }
    forget(group: group)
    return (group, old)
  }

  /// Says in the summaries that a group has a block, its first.
  private func summarize(group: Int) {
    // The set does so when the first bit of a word comes.
    let first = words[BlockDepot.groups &+ group].trailingZeroBitCount
    words[BlockDepot.groups &+ group] = 0
    _ = blocks.insert(group &<< 6 | first, lane: 0, in: words)
  }

  /// Takes all blocks of a group out, which has some.
  private mutating func forget(group: Int) {
    blockCount &-= words[BlockDepot.groups &+ group].nonzeroBitCount
    // The set clears its summaries when the last bit of a word goes.
    words[BlockDepot.groups &+ group] = 1
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
      count += words[BlockDepot.groups &+ group].nonzeroBitCount
    }
    return count == blockCount && blocks.isConsistent(lane: 0, capacity: capacity, in: words)
  }
}
