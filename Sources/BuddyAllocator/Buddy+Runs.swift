// Runs that are not a power of two: a block is taken and its tail given back at once, and any
// part of what is allocated can be freed by itself.

extension Buddy {
  /// Takes exactly `count` neighbouring frames: the head of a block of the next power of two,
  /// whose tail is free again when this returns.
  ///
  /// - Returns: the first frame, a multiple of that power of two; nil if no such block is free.
  /// - Precondition: `count` is at least 1.
  /// - Complexity: O(levels) for each aligned block that the tail consists of, at most one for each
  ///   order.
  public mutating func allocate(frames count: Int) -> Int? {
    precondition(count >= 1, "A run of frames must hold at least one frame.")
    let order = BlockOrder.covering(frameCount: count)
    guard let frame = allocate(order: order) else { return nil }
    for block in AlignedBlocks(
      frame &+ count..<frame &+ (1 &<< order), largestOrder: largestOrder)
    {
      give(frame: block.frame, order: block.order)
    }
    return frame
  }

  /// Gives back any run of allocated frames, whatever blocks they were allocated in.
  ///
  /// - Throws: ``InvalidFree`` unless every frame of the range is allocated; then nothing has
  ///   changed.
  /// - Complexity: O(levels) for each aligned block that the range consists of.
  public mutating func free(_ frames: Range<Int>) throws(InvalidFree) {
    guard !frames.isEmpty, frames.lowerBound >= 0, frames.upperBound <= managedFrameCount
    else { throw .outOfRange }
    var isPartlyFree = false
    for block in AlignedBlocks(frames, largestOrder: largestOrder) {
      do throws(InvalidFree) {
        try checkAllocated(frame: block.frame, order: block.order)
      } catch {
        // A withheld frame anywhere in the range outranks a free one.
        if error == .withheld { throw error }
        isPartlyFree = true
      }
    }
    if isPartlyFree { throw .alreadyFree }
    for block in AlignedBlocks(frames, largestOrder: largestOrder) {
      give(frame: block.frame, order: block.order)
    }
  }
}
