// Withheld frames are neither free nor allocated: holes in the machine's memory, or frames that
// somebody else uses. Freeing one is an error, so they are remembered in a set of their own.

extension Buddy {
  /// Takes free frames out of circulation until they are released.
  ///
  /// - Returns: whether they were all free; if not, nothing has changed.
  /// - Precondition: the range is not empty.
  /// - Complexity: O(frames / 64), and O(levels) for each aligned block that the range consists of.
  public mutating func withhold(_ frames: Range<Int>) -> Bool {
    guard allocate(at: frames) else { return false }
    withheld.insert(frames, lane: 0, in: words)
    words[BuddyHeader.withheldFrameCount] &+= UInt64(frames.count)
    return true
  }

  /// Puts withheld frames into circulation: they are free from now on.
  ///
  /// - Throws: ``InvalidFree/outOfRange``, or ``InvalidFree/notWithheld`` unless every frame of
  ///   the range is withheld; then nothing has changed.
  /// - Complexity: O(frames / 64), and O(levels) for each aligned block that the range consists of.
  public mutating func release(_ frames: Range<Int>) throws(InvalidFree) {
    guard !frames.isEmpty, frames.lowerBound >= 0, frames.upperBound <= managedFrameCount
    else { throw .outOfRange }
    guard withheld.contains(frames, lane: 0, in: words) else { throw .notWithheld }
    withheld.remove(frames, lane: 0, in: words)
    words[BuddyHeader.withheldFrameCount] &-= UInt64(frames.count)
    for block in AlignedBlocks(frames, largestOrder: largestOrder) {
      give(frame: block.frame, order: block.order)
    }
  }

  /// The number of frames that are withheld. O(1).
  public var withheldFrameCount: Int { Int(words[BuddyHeader.withheldFrameCount]) }

  /// Whether a frame is withheld. O(1).
  ///
  /// - Precondition: `frame` is in `0..<frameCount`.
  public func isWithheld(_ frame: Int) -> Bool {
    precondition(frame >= 0 && frame < frameCount, "The frame is not one of this buddy's.")
    return withheld.contains(frame, lane: 0, in: words)
  }
}
