// Not a sample but all of it: every operation in every state that a small buddy can reach, and so
// every sequence of operations of any length.
//
// The states are explored breadth first. Two sequences that leave the same frame states and the same
// metadata, byte for byte, have the same future, so only the first is continued. Each state is rebuilt
// by replaying its sequence, every operation is tried in it, and what the operation did is undone by
// its inverse; if that does not restore the metadata exactly, the state is rebuilt.
//
// One frame as the unit would stay inside one word. With 32 frames as the unit, and blocks of order 5
// and more, the same enumeration crosses from level 0 to level 1; with 2048, from level 1 to level 2.

import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("Every operation in every reachable state")
struct BuddyExhaustiveTests {
  /// A region of `units` units of `2^unitOrder` frames.
  struct Space: CustomTestStringConvertible, Sendable {
    var units: Int
    var unitOrder: Int
    var largestOrder: Int
    /// Longest sequences to try; nil: until there are no new states.
    var depth: Int?

    var geometry: Geometry { Geometry(frameCount: units << unitOrder, largestOrder: largestOrder) }
    var testDescription: String {
      "\(units) units of order \(unitOrder), \(largestOrder) the largest, "
        + (depth.map { "\($0) operations" } ?? "all states")
    }
  }

  @Test(arguments: [
    Space(units: 1, unitOrder: 0, largestOrder: 0),
    Space(units: 4, unitOrder: 0, largestOrder: 0),
    Space(units: 4, unitOrder: 0, largestOrder: 1),
    Space(units: 5, unitOrder: 0, largestOrder: 2),
    Space(units: 8, unitOrder: 0, largestOrder: 3, depth: 4),
    Space(units: 4, unitOrder: 5, largestOrder: 5),
    Space(units: 4, unitOrder: 5, largestOrder: 6),
    Space(units: 4, unitOrder: 5, largestOrder: 7),
    Space(units: 8, unitOrder: 5, largestOrder: 8, depth: 2),
    Space(units: 3, unitOrder: 11, largestOrder: 12),
  ])
  func everySequence(_ space: Space) {
    var exploration = Exploration(space)
    while let path = exploration.nextPath() {
      guard exploration.tryEveryOperation(after: path) else { return }
    }
    // The space is as large as it should be, or the enumeration itself would be at fault: each
    // managed unit is free, allocated or withheld, and any number of units may be managed.
    if space.depth == nil, space.unitOrder == 0 {
      let states = (0...space.units).map { pow3($0) }.reduce(0, +)
      #expect(exploration.frameStates.count == states)
    }
  }

  private func pow3(_ exponent: Int) -> Int { (0..<exponent).reduce(1) { power, _ in power * 3 } }
}

/// The states seen so far and the sequences that are still to be continued.
private struct Exploration {
  private let space: BuddyExhaustiveTests.Space
  private let operations: [BuddyOperation]
  private var seen: Set<[UInt8]> = []
  private var queue: [[BuddyOperation]] = [[]]
  private var position = 0
  /// The different frame states reached, whatever the metadata.
  private(set) var frameStates: Set<[UInt8]> = []

  init(_ space: BuddyExhaustiveTests.Space) {
    self.space = space
    operations = Self.everyOperation(in: space)
    note(BuddyTwin(space.geometry))
  }

  mutating func nextPath() -> [BuddyOperation]? {
    guard position < queue.count else { return nil }
    defer { position += 1 }
    return queue[position]
  }

  /// False if the buddy and its reference differ somewhere; the issue is recorded then.
  mutating func tryEveryOperation(after path: [BuddyOperation]) -> Bool {
    var twin = replay(path)
    let before = twin.fixture.memory.bytes
    for operation in operations {
      let managed = twin.reference.managedFrameCount
      var outcome = BuddyOutcome.done
      var difference = twin.perform(operation, comparingBlocks: false, outcome: &outcome)
      // The metadata is the buddy's whole state: as long as it is the same byte for byte, what was
      // compared when this state was reached still holds.
      let isUnchanged = twin.fixture.memory.holds(before)
      if difference == nil, outcome.changedNothing, !isUnchanged {
        difference = "\(operation) gave \(outcome) and changed the metadata"
      }
      if let difference = difference ?? (isUnchanged ? nil : twin.differenceOfBlocks()) {
        BuddyTwin.reportDifference(difference, path + [operation], in: space.geometry, seed: nil)
        return false
      }
      if isUnchanged { continue }
      if note(twin), path.count + 1 < space.depth ?? .max { queue.append(path + [operation]) }
      let inverse = operation.inverse(after: outcome)
      if let inverse, twin.reference.managedFrameCount == managed {
        difference = twin.perform(inverse, comparingBlocks: false)
        if let difference {
          BuddyTwin.reportDifference(
            difference, path + [operation, inverse], in: space.geometry, seed: nil)
          return false
        }
      }
      if !twin.fixture.memory.holds(before) { twin = replay(path) }
    }
    return true
  }

  private func replay(_ path: [BuddyOperation]) -> BuddyTwin {
    var twin = BuddyTwin(space.geometry)
    for operation in path { _ = twin.perform(operation, comparingBlocks: false) }
    return twin
  }

  /// True if no sequence has led to this state before.
  @discardableResult
  private mutating func note(_ twin: borrowing BuddyTwin) -> Bool {
    let states = twin.reference.states.map(\.rawValue)
    frameStates.insert(states)
    return seen.insert(states + twin.fixture.memory.bytes).inserted
  }

  /// Every operation with every argument that means anything, in units, and some that do not.
  private static func everyOperation(in space: BuddyExhaustiveTests.Space) -> [BuddyOperation] {
    let unit = 1 << space.unitOrder
    var operations: [BuddyOperation] = []
    for units in 0...space.units { operations.append(.extend(to: units * unit)) }
    for order in space.unitOrder...space.largestOrder + 1 {
      operations.append(.allocateBlock(order: order))
    }
    for units in 1...space.units + 1 { operations.append(.allocateRun(frames: units * unit)) }
    for order in space.unitOrder...space.largestOrder {
      for count in 2...space.units + 1 {
        operations.append(.allocateBatch(order: order, count: count))
      }
      // Every mask in five units, every seventh in eight.
      let end = UInt64(1) << UInt64(space.units >> (order - space.unitOrder))
      for mask in stride(from: 0, through: end, by: space.units > 5 ? 7 : 1) {
        operations.append(.freeGroup(0, mask: mask, order: order))
      }
    }
    for first in -1...space.units {
      for order in space.unitOrder...space.largestOrder + 1 {
        operations.append(.freeBlock(first * unit, order: order))
      }
      for end in first...space.units + 1 {
        let frames = first * unit..<end * unit
        operations += [.freeRun(frames), .release(frames)]
        if !frames.isEmpty { operations += [.allocateAt(frames), .withhold(frames)] }
      }
    }
    return operations
  }
}

extension BuddyOperation {
  /// The operation that undoes this one, given what it answered; nil if there is none.
  fileprivate func inverse(after outcome: BuddyOutcome) -> BuddyOperation? {
    switch (self, outcome) {
    case (.allocateBlock(let order), .frame(let frame)): .freeRun(frame..<frame + (1 << order))
    case (.freeGroup(let group, let mask, let order), .done) where mask & (mask + 1) == 0:
      .allocateAt(group << (order + 6)..<mask.nonzeroBitCount << order)
    case (.allocateRun(let count), .frame(let frame)): .freeRun(frame..<frame + count)
    case (.allocateAt(let frames), .done): .freeRun(frames)
    case (.freeBlock(let frame, let order), .done): .allocateAt(frame..<frame + (1 << order))
    case (.freeRun(let frames), .done): .allocateAt(frames)
    case (.withhold(let frames), .done): .release(frames)
    case (.release(let frames), .done): .withhold(frames)
    default: nil
    }
  }
}
