// An operation on a frame allocator as a value: it can be drawn at random, kept in a list, left out of
// the list to see whether the rest still fails, and printed as Swift that compiles in a test.
//
// Any operation may follow any other. What would trap by contract (a negative order, an empty run to
// allocate, extending backwards) is not an operation; the crash tests have those.

package import BuddyAllocator

/// One call of a frame allocator with its arguments.
package enum BuddyOperation: Equatable, Sendable {
  /// Skipped if the allocator has more frames already, so that a shortened list stays valid.
  case extend(to: Int)
  case allocateBlock(order: Int)
  case allocateRun(frames: Int)
  case allocateAt(Range<Int>)
  case allocateBatch(order: Int, count: Int)
  case freeBlock(Int, order: Int)
  case freeRun(Range<Int>)
  case freeGroup(Int, mask: UInt64, order: Int)
  case withhold(Range<Int>)
  case release(Range<Int>)
}

/// What a call answered.
package enum BuddyOutcome: Equatable, Sendable {
  case frame(Int)
  case frames([Int])
  case noBlock
  case done
  case refused
  case invalid(InvalidFree)
}

extension BuddyOperation {
  /// Makes the call.
  package func perform<Allocator: FrameAllocator & ~Copyable>(
    on allocator: inout Allocator
  ) -> BuddyOutcome {
    do throws(InvalidFree) {
      switch self {
      case .extend(let frameCount):
        guard allocator.managedFrameCount <= frameCount else { return .refused }
        allocator.extend(to: frameCount)
        return .done
      case .allocateBlock(let order):
        return outcome(allocator.allocate(order: order))
      case .allocateRun(let count):
        return outcome(allocator.allocate(frames: count))
      case .allocateAt(let frames):
        return allocator.allocate(at: frames) ? .done : .refused
      case .allocateBatch(let order, let count):
        return batch(order: order, count: count, of: &allocator)
      case .freeBlock(let frame, let order):
        try allocator.free(frame, order: order)
        return .done
      case .freeRun(let frames):
        try allocator.free(frames)
        return .done
      case .freeGroup(let group, let mask, let order):
        try allocator.free(group: group, mask: mask, order: order)
        return .done
      case .withhold(let frames):
        return allocator.withhold(frames) ? .done : .refused
      case .release(let frames):
        try allocator.release(frames)
        return .done
      }
    } catch {
      return .invalid(error)
    }
  }

  /// A batch that says it gave another number of frames than it did has the wrong outcome.
  private func batch<Allocator: FrameAllocator & ~Copyable>(
    order: Int, count: Int, of allocator: inout Allocator
  ) -> BuddyOutcome {
    var frames: [Int] = []
    let taken = allocator.allocateBatch(order: order, count: count) { frames.append($0) }
    guard taken == frames.count else { return .frame(taken) }
    return frames.isEmpty ? .noBlock : .frames(frames)
  }

  private func outcome(_ frame: Int?) -> BuddyOutcome {
    if let frame { .frame(frame) } else { .noBlock }
  }
}

extension BuddyOutcome {
  /// True if the call promised to leave the allocator as it was.
  package var changedNothing: Bool {
    switch self {
    case .frame, .frames, .done: false
    case .noBlock, .refused, .invalid: true
    }
  }
}

extension BuddyOperation: CustomStringConvertible {
  /// The operation as Swift source.
  package var description: String {
    switch self {
    case .extend(let frameCount): ".extend(to: \(frameCount))"
    case .allocateBlock(let order): ".allocateBlock(order: \(order))"
    case .allocateRun(let count): ".allocateRun(frames: \(count))"
    case .allocateAt(let frames): ".allocateAt(\(frames))"
    case .allocateBatch(let order, let count): ".allocateBatch(order: \(order), count: \(count))"
    case .freeBlock(let frame, let order): ".freeBlock(\(frame), order: \(order))"
    case .freeRun(let frames): ".freeRun(\(frames))"
    case .freeGroup(let group, let mask, let order):
      ".freeGroup(\(group), mask: 0x\(String(mask, radix: 16)), order: \(order))"
    case .withhold(let frames): ".withhold(\(frames))"
    case .release(let frames): ".release(\(frames))"
    }
  }
}
