// The buddy and its reference in step: every operation goes to both, then both are asked everything
// that can be asked. A difference comes back as a sentence.

import BuddyAllocator

/// The numbers a buddy is made with.
package struct Geometry: Sendable {
  package var frameCount: Int
  package var largestOrder: Int

  package init(frameCount: Int, largestOrder: Int) {
    self.frameCount = frameCount
    self.largestOrder = largestOrder
  }

  package var testDescription: String { "\(frameCount) frames, order \(largestOrder)" }
}

/// A buddy and a reference allocator that have seen the same operations.
package struct BuddyTwin: ~Copyable {
  package let fixture: BuddyFixture
  package private(set) var reference: ReferenceAllocator

  /// Nothing is managed yet in either.
  package init(_ geometry: Geometry) {
    fixture = BuddyFixture(
      frameCount: geometry.frameCount, largestOrder: geometry.largestOrder, managed: 0)
    reference = ReferenceAllocator(
      frameCount: geometry.frameCount, largestOrder: geometry.largestOrder)
  }

  /// Performs one operation on both; what they disagree about, if they do.
  ///
  /// - Parameter comparingBlocks: compare every free block too and check the buddy's invariants:
  ///   O(frames), where the figures alone are O(1) for the buddy.
  package mutating func perform(_ operation: BuddyOperation, comparingBlocks: Bool) -> String? {
    var outcome = BuddyOutcome.done
    return perform(operation, comparingBlocks: comparingBlocks, outcome: &outcome)
  }

  /// As above, and tells what the buddy answered.
  package mutating func perform(
    _ operation: BuddyOperation, comparingBlocks: Bool, outcome actual: inout BuddyOutcome
  ) -> String? {
    if TestSeed.isTracing { TestSeed.write("  \(operation),\n") }
    actual = operation.perform(on: &fixture.buddy)
    let expected = operation.perform(on: &reference)
    if actual != expected { return "\(operation) gave \(actual), not \(expected)" }
    if let difference = differenceOfFigures() ?? (comparingBlocks ? differenceOfBlocks() : nil) {
      return "after \(operation): \(difference)"
    }
    return nil
  }

  private func differenceOfFigures() -> String? {
    func difference<Value: Equatable>(_ name: String, _ actual: Value, _ expected: Value) -> String?
    { actual == expected ? nil : "\(name) is \(actual), not \(expected)" }
    for order in 0...reference.largestOrder {
      if let difference = difference(
        "freeBlockCount(order: \(order))", fixture.buddy.freeBlockCount(order: order),
        reference.freeBlockCount(order: order))
      {
        return difference
      }
    }
    return difference(
      "managedFrameCount", fixture.buddy.managedFrameCount, reference.managedFrameCount)
      ?? difference("freeFrameCount", fixture.buddy.freeFrameCount, reference.freeFrameCount)
      ?? difference("largestFreeOrder", fixture.buddy.largestFreeOrder, reference.largestFreeOrder)
  }

  /// What the two disagree about if every free block and the invariants are looked at.
  package func differenceOfBlocks() -> String? {
    do throws(InvariantViolation) {
      try fixture.buddy.checkInvariants()
    } catch {
      return "checkInvariants threw \(error)"
    }
    let blocks = fixture.freeBlocks
    if blocks != reference.freeBlocks {
      return "the free blocks are \(blocks), not \(reference.freeBlocks)"
    }
    return differenceOfFrames(blocks)
  }

  /// Looks at single frames: both ends of each free block and what comes behind it.
  private func differenceOfFrames(_ blocks: [FreeBlock]) -> String? {
    for (index, block) in blocks.enumerated() {
      let next = index + 1 < blocks.count ? blocks[index + 1] : nil
      let end = block.frames.upperBound
      for (frame, expected) in [
        (block.frame, block), (end - 1, block), (end, next?.frame == end ? next : nil),
      ] {
        let actual = fixture.buddy.freeBlock(containing: frame)
        if actual != expected {
          return "freeBlock(containing: \(frame)) is \(actual, default: "nil")"
        }
      }
    }
    // A sample in large regions; the invariants count the withheld frames in any case.
    let step = reference.frameCount < 1000 ? 1 : 61
    for frame in stride(from: 0, to: reference.frameCount, by: step)
    where fixture.buddy.isWithheld(frame) != reference.isWithheld(frame) {
      return "isWithheld(\(frame)) is \(fixture.buddy.isWithheld(frame))"
    }
    for order in 0...reference.largestOrder + 1 {
      let actual = fixture.buddy.fragmentationIndex(order: order)
      let expected = reference.fragmentationIndex(order: order)
      if actual != expected {
        return "fragmentationIndex(order: \(order)) is \(actual), not \(expected)"
      }
    }
    return nil
  }
}

extension BuddyTwin {
  /// What the two disagree about when they perform these operations, comparing all after each.
  package static func firstDifference(_ operations: [BuddyOperation], in geometry: Geometry)
    -> String?
  {
    var twin = BuddyTwin(geometry)
    for operation in operations {
      if let difference = twin.perform(operation, comparingBlocks: true) { return difference }
    }
    return nil
  }
}
