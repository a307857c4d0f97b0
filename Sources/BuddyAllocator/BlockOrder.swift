// Order arithmetic: a block of order k is 2^k frames long and starts at a multiple of 2^k.
//
// Nothing here knows a region or an allocator. Orders and frame numbers are plain integers, as
// everywhere in the field; they are checked where a caller hands them in.

/// Arithmetic on block orders: the order of a block is the binary logarithm of its frame count.
public enum BlockOrder {
  /// The highest order that the allocator can serve: 2^35 frames of 4 KiB are the 128 TiB that a
  /// process can address.
  public static let highest = 35

  /// The number of frames in a block of `order`.
  ///
  /// - Precondition: `order` is in `0...62`.
  /// - Complexity: O(1). Any thread.
  @inlinable
  public static func frameCount(_ order: Int) -> Int {
    precondition(order >= 0 && order < Int.bitWidth - 1, "A block's order must be in 0...62.")
    return 1 &<< order
  }

  /// The order of the smallest block that holds `frameCount` frames.
  ///
  /// - Precondition: `frameCount` is at least 1.
  /// - Complexity: O(1). Any thread.
  @inlinable
  public static func covering(frameCount: Int) -> Int {
    precondition(frameCount >= 1, "A block must hold at least one frame.")
    return Int.bitWidth &- (frameCount &- 1).leadingZeroBitCount
  }

  /// The order of the largest block that fits into `frameCount` frames.
  ///
  /// - Precondition: `frameCount` is at least 1.
  /// - Complexity: O(1). Any thread.
  @inlinable
  public static func fitting(frameCount: Int) -> Int {
    precondition(frameCount >= 1, "A region must hold at least one frame.")
    return Int.bitWidth &- 1 &- frameCount.leadingZeroBitCount
  }
}

/// One aligned block of free frames, as large as it can be: its buddy is not wholly free, or its
/// order is the largest.
public struct FreeBlock: Equatable, Sendable {
  /// The number of the block's first frame, a multiple of `2^order`.
  public var frame: Int
  /// The binary logarithm of the block's length in frames.
  public var order: Int

  /// The block of `order` that starts at `frame`.
  public init(frame: Int, order: Int) {
    self.frame = frame
    self.order = order
  }

  /// The frames of the block.
  public var frames: Range<Int> { frame..<(frame + (1 << order)) }
}

/// The aligned blocks that make up a range of frames, in ascending order, each as large as its
/// alignment, the range and `largestOrder` allow.
struct AlignedBlocks: Sequence, IteratorProtocol {
  private var position: Int
  private let end: Int
  private let largestOrder: Int

  init(_ frames: Range<Int>, largestOrder: Int) {
    position = frames.lowerBound
    end = frames.upperBound
    self.largestOrder = largestOrder
  }

  mutating func next() -> FreeBlock? {
    guard position < end else { return nil }
    let alignment = position == 0 ? largestOrder : position.trailingZeroBitCount
    let order = Swift.min(
      alignment, largestOrder, BlockOrder.fitting(frameCount: end &- position))
    defer { position &+= 1 &<< order }
    return FreeBlock(frame: position, order: order)
  }
}
