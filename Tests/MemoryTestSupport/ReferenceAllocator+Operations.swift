// The reference allocator's operations: each checks everything first, then changes the states of the
// frames concerned, so that "all or nothing" holds by construction.

package import BuddyAllocator

extension ReferenceAllocator: FrameAllocator {
  package mutating func extend(to frameCount: Int) {
    precondition(managedFrameCount <= frameCount && frameCount <= self.frameCount)
    let added = managedFrameCount..<frameCount
    managedFrameCount = frameCount
    set(added, to: .free)
  }

  package mutating func allocate(order: Int) -> Int? {
    precondition(order >= 0)
    guard let block = placement(order: order) else { return nil }
    set(block.frame..<block.frame + (1 << order), to: .allocated)
    return block.frame
  }

  package mutating func allocate(frames count: Int) -> Int? {
    precondition(count >= 1)
    guard count <= 1 << largestOrder else { return nil }
    var order = 0
    while 1 << order < count { order += 1 }
    guard let block = placement(order: order) else { return nil }
    set(block.frame..<block.frame + count, to: .allocated)
    return block.frame
  }

  package mutating func allocate(at frames: Range<Int>) -> Bool {
    precondition(!frames.isEmpty)
    guard all(frames, are: .free) else { return false }
    set(frames, to: .allocated)
    return true
  }

  package mutating func free(_ frame: Int, order: Int) throws(InvalidFree) {
    guard order >= 0, order <= largestOrder, frame >= 0, frame <= managedFrameCount - (1 << order)
    else { throw .outOfRange }
    guard frame % (1 << order) == 0 else { throw .misaligned }
    try free(frame..<frame + (1 << order))
  }

  package mutating func free(_ frames: Range<Int>) throws(InvalidFree) {
    try requireManaged(frames)
    for frame in frames where states[frame] == .withheld { throw .withheld }
    for frame in frames where states[frame] == .free { throw .alreadyFree }
    set(frames, to: .free)
  }

  package mutating func withhold(_ frames: Range<Int>) -> Bool {
    precondition(!frames.isEmpty)
    guard all(frames, are: .free) else { return false }
    set(frames, to: .withheld)
    return true
  }

  package mutating func release(_ frames: Range<Int>) throws(InvalidFree) {
    try requireManaged(frames)
    guard all(frames, are: .withheld) else { throw .notWithheld }
    set(frames, to: .free)
  }

  private func requireManaged(_ frames: Range<Int>) throws(InvalidFree) {
    guard !frames.isEmpty, frames.lowerBound >= 0, frames.upperBound <= managedFrameCount
    else { throw .outOfRange }
  }
}
