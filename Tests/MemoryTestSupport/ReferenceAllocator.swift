// The buddy's twin: the same operations with the same results, by the simplest means there are. One
// byte says for each frame what it is; everything else is found by looking at all of them. The free
// blocks are not kept but *defined*: a free block is an aligned run of free frames that its buddy does
// not complete to a larger one. It is written from the rules alone (docs/Architecture.md, "The buddy"),
// so that an error would have to be made twice to go unseen.
//
// Speed is no concern here, with two exceptions that let debug builds test 300,000 frames: the scan
// for free blocks is made once after each change and not once for each question, and loops over
// frames are written with an index.

package import BuddyAllocator

/// What a frame is to the allocator.
package enum FrameState: UInt8, Sendable {
  /// Not yet given to the allocator (`extend`).
  case outside
  case free, allocated, withheld
}

/// A deliberately naive buddy allocator: O(frames) for everything, no clever data structure.
package struct ReferenceAllocator: Sendable {
  package let frameCount: Int
  package let largestOrder: Int
  package internal(set) var managedFrameCount = 0
  package private(set) var states: [FrameState]
  /// All maximal free blocks, ascending.
  package private(set) var freeBlocks: [FreeBlock] = []

  package init(frameCount: Int, largestOrder: Int) {
    precondition(frameCount >= 0 && largestOrder >= 0)
    self.frameCount = frameCount
    self.largestOrder = largestOrder
    states = Array(repeating: .outside, count: frameCount)
  }

  /// True if all of `frames` are managed and in this state.
  package func all(_ frames: Range<Int>, are state: FrameState) -> Bool {
    guard frames.lowerBound >= 0, frames.upperBound <= managedFrameCount else { return false }
    var frame = frames.lowerBound
    while frame < frames.upperBound, states[frame] == state { frame += 1 }
    return frame == frames.upperBound
  }

  /// The only place where a frame's state changes.
  mutating func set(_ frames: some Collection<Int>, to state: FrameState) {
    for frame in frames { states[frame] = state }
    freeBlocks = scanForFreeBlocks()
  }

  /// From low to high: at the first free frame that no block covers yet, a block begins, because a
  /// block that began below would cover it. It doubles while it stays aligned and wholly free.
  private func scanForFreeBlocks() -> [FreeBlock] {
    var blocks: [FreeBlock] = []
    var frame = 0
    while frame < managedFrameCount {
      guard case .free = states[frame] else {
        frame += 1
        continue
      }
      var order = 0
      while order < largestOrder, frame % (2 << order) == 0,
        all(frame + (1 << order)..<frame + (2 << order), are: .free)
      {
        order += 1
      }
      blocks.append(FreeBlock(frame: frame, order: order))
      frame += 1 << order
    }
    return blocks
  }
}
