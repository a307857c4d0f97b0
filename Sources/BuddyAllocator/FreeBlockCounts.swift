// A snapshot of how much is free and in what pieces, to be looked at without a lock.

/// The number of free blocks of each order at one instant.
public struct FreeBlockCounts: Sendable {
  private var counts = InlineArray<36, Int>(repeating: 0)
  /// The number of free frames.
  public private(set) var frameCount = 0
  /// The order of the largest free block; nil if nothing is free.
  public private(set) var largestOrder: Int?

  /// Nothing is free.
  public init() {}

  /// Records `count` maximal free blocks of `order`, in `0...35`.
  package mutating func add(_ count: Int, order: Int) {
    precondition(order >= 0 && order <= BlockOrder.highest, "A block's order must be in 0...35.")
    counts[order] += count
    frameCount += count << order
    if count > 0 { largestOrder = max(largestOrder ?? 0, order) }
  }

  /// The number of maximal free blocks of exactly `order`; 0 for orders above 35. O(1).
  public subscript(order: Int) -> Int {
    precondition(order >= 0, "A block's order must not be negative.")
    return order <= BlockOrder.highest ? counts[order] : 0
  }

  /// The number of free blocks of all orders. O(orders).
  public var blockCount: Int {
    var total = 0
    for order in 0...BlockOrder.highest { total += counts[order] }
    return total
  }

  /// Why a request of `order` would fail, as Linux's `extfrag_index` measures it: −1 if it would
  /// not; otherwise near 0, or below it, if free memory is short, and near 1 if there is enough but
  /// in pieces.
  ///
  /// The definition is that of `__fragmentation_index` in the kernel's `mm/vmstat.c`, without its
  /// rounding to thousandths.
  ///
  /// - Precondition: `order` is not negative.
  /// - Complexity: O(orders).
  public func fragmentationIndex(order: Int) -> Double {
    precondition(order >= 0, "A block's order must not be negative.")
    if let largestOrder, largestOrder >= order { return -1 }
    let blocks = blockCount
    guard blocks > 0 else { return 0 }
    let requested = Double(sign: .plus, exponent: min(order, 1023), significand: 1)
    return 1 - (1 + Double(frameCount) / requested) / Double(blocks)
  }
}
