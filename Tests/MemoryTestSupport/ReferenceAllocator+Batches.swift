// The reference allocator's operations on many blocks: nothing but many single ones.

package import BuddyAllocator

extension ReferenceAllocator {
  /// Single allocations one after the other; those that follow each other in one group of the
  /// order's level are told from the lowest up.
  package mutating func allocateBatch(
    order: Int, count: Int, into receive: (_ frame: Int) -> Void
  ) -> Int {
    precondition(order >= 0 && count >= 0)
    let groupFrames = 64 << (6 * (order / 6))
    var frames: [Int] = []
    var groupStart = 0
    while frames.count < count, let frame = allocate(order: order) {
      if let last = frames.last, last / groupFrames != frame / groupFrames {
        frames[groupStart...].sort()
        groupStart = frames.count
      }
      frames.append(frame)
    }
    frames[groupStart...].sort()
    for frame in frames { receive(frame) }
    return frames.count
  }

  package mutating func free(group: Int, mask: UInt64, order: Int) throws(InvalidFree) {
    guard order >= 0, order <= largestOrder, group >= 0, group <= managedFrameCount, mask != 0
    else { throw .outOfRange }
    var frames: [Int] = []
    for bit in 0..<64 where mask >> UInt64(bit) & 1 == 1 {
      // Two factors below 2^36 each: too large for a frame, perhaps, but not for an integer.
      let (first, overflow) = (group * 64 + bit).multipliedReportingOverflow(by: 1 << order)
      guard !overflow, first <= managedFrameCount - (1 << order) else { throw .outOfRange }
      frames += first..<first + (1 << order)
    }
    for frame in frames where states[frame] == .withheld { throw .withheld }
    for frame in frames where states[frame] == .free { throw .alreadyFree }
    set(frames, to: .free)
  }
}
