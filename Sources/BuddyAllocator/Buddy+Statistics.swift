// What the buddy knows about itself without looking: all O(1), or O(orders) where it says so.

extension Buddy {
  /// The number of free frames. O(1).
  public var freeFrameCount: Int { Int(words[BuddyHeader.freeFrameCount]) }

  /// The number of free blocks of exactly this order that are part of no larger free block. O(1).
  ///
  /// - Precondition: `order` is not negative. Above ``largestOrder`` the answer is 0.
  public func freeBlockCount(order: Int) -> Int {
    precondition(order >= 0, "A block's order must not be negative.")
    guard order <= largestOrder else { return 0 }
    return Int(words[BuddyHeader.freeBlockCounts + order])
  }

  /// The order of the largest block that can be allocated now; nil if nothing is free. O(1).
  public var largestFreeOrder: Int? {
    let present = words[BuddyHeader.ordersPresent]
    return present == 0 ? nil : UInt64.bitWidth - 1 - present.leadingZeroBitCount
  }

  /// Why a request of `order` would fail, as Linux's `extfrag_index` measures it: −1 if it would
  /// not; otherwise near 0 if free memory is short, near 1 if there is enough but in pieces.
  ///
  /// The definition is that of `__fragmentation_index` in the kernel's `mm/vmstat.c`, without its
  /// rounding to thousandths.
  ///
  /// - Precondition: `order` is not negative.
  /// - Complexity: O(orders).
  public func fragmentationIndex(order: Int) -> Double {
    precondition(order >= 0, "A block's order must not be negative.")
    if let largest = largestFreeOrder, largest >= order { return -1 }
    var blocks = 0
    for order in 0...largestOrder { blocks += freeBlockCount(order: order) }
    guard blocks > 0 else { return 0 }
    var requested = 1.0
    for _ in 0..<order { requested *= 2 }
    return 1 - (1 + Double(freeFrameCount) / requested) / Double(blocks)
  }
}
