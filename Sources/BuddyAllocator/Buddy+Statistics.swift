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

  /// The number of free blocks of each order, now.
  ///
  /// - Complexity: O(orders).
  public var freeBlocks: FreeBlockCounts {
    var counts = FreeBlockCounts()
    for order in 0...largestOrder {
      counts.add(Int(words[BuddyHeader.freeBlockCounts + order]), order: order)
    }
    return counts
  }

  /// ``FreeBlockCounts/fragmentationIndex(order:)`` of this instant.
  ///
  /// - Precondition: `order` is not negative.
  /// - Complexity: O(orders).
  public func fragmentationIndex(order: Int) -> Double {
    freeBlocks.fragmentationIndex(order: order)
  }
}
