// Looking at single blocks: for maps, for tests, for whoever has to explain a failure.

extension Buddy {
  /// The maximal free block that `frame` lies in; nil if the frame is not free.
  ///
  /// - Complexity: O(levels).
  public func freeBlock(containing frame: Int) -> FreeBlock? {
    guard frame >= 0, frame < managedFrameCount else { return nil }
    guard let holder = holder(of: FreeBlock(frame: frame, order: 0)) else { return nil }
    let order = BuddyGeometry.ordersPerLevel * holder.level + maximalRun(at: holder)
    return FreeBlock(frame: frame & ~((1 << order) - 1), order: order)
  }

  /// The first free block that ends behind `frame`: the one that it lies in, or the next one.
  ///
  /// - Complexity: O(frames / 64) in the worst case, where everything behind is allocated.
  public func nextFreeBlock(from frame: Int) -> FreeBlock? {
    var frame = Swift.max(frame, 0)
    let managed = managedFrameCount
    while frame < managed {
      if let block = freeBlock(containing: frame) { return block }
      let bits = words[levelStart(0) + frame >> 6]
      let behind = bits & ~((2 &<< UInt64(frame & 63)) &- 1)
      if behind != 0 {
        frame = frame & ~63 | behind.trailingZeroBitCount
      } else {
        frame = (frame | 63) + 1
      }
    }
    return nil
  }
}
