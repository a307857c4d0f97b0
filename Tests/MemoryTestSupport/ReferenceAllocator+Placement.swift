// Where a block goes, by the letter of the rule: among the groups whose largest free run suffices,
// the one in which it is smallest, at the lowest address among those; in this group the smallest run
// that suffices, at the lowest address again.
//
// A group of level L is an aligned run of 64^(L+1) frames, and its free runs are the maximal free
// blocks of orders 6L to 6L+5 inside it. A block of order k therefore belongs to level k / 6.

import BuddyAllocator

/// One group: `number` counts groups of this level from frame 0.
private struct Group: Hashable {
  var level: Int
  var number: Int

  init(of block: FreeBlock) {
    level = block.order / 6
    number = block.frame >> (6 * (level + 1))
  }
}

extension ReferenceAllocator {
  /// The free block of which the lowest `2^order` frames are taken; nil if none is large enough.
  func placement(order: Int) -> FreeBlock? {
    var largestRun: [Group: Int] = [:]
    for block in freeBlocks where block.order >= order {
      largestRun[Group(of: block), default: block.order].formMax(block.order)
    }
    // Equal orders mean equal levels, so numbers of groups compare as addresses do.
    let chosen = largestRun.min { ($0.value, $0.key.number) < ($1.value, $1.key.number) }
    guard let chosen else { return nil }
    return
      freeBlocks
      .filter { $0.order >= order && Group(of: $0) == chosen.key }
      .min { ($0.order, $0.frame) < ($1.order, $1.frame) }
  }
}

extension Int {
  fileprivate mutating func formMax(_ other: Int) { self = Swift.max(self, other) }
}
