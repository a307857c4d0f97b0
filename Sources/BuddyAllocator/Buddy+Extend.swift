extension Buddy {
  /// Brings the frames from ``managedFrameCount`` up to `frameCount` under the buddy's care: they
  /// are free from now on, and merge with their neighbours.
  ///
  /// - Precondition: `frameCount` is neither below ``managedFrameCount`` nor above
  ///   ``frameCount``.
  /// - Complexity: O(levels) for each aligned block that the new frames consist of: 1024 for 1 TiB
  ///   with a largest order of 18.
  public mutating func extend(to frameCount: Int) {
    let managed = managedFrameCount
    precondition(frameCount >= managed, "A buddy cannot be made to manage fewer frames.")
    precondition(
      frameCount <= self.frameCount, "A buddy cannot manage more frames than it was made for.")
    words[BuddyHeader.managedFrameCount] = UInt64(frameCount)
    for block in AlignedBlocks(managed..<frameCount, largestOrder: largestOrder) {
      give(frame: block.frame, order: block.order)
    }
  }
}
