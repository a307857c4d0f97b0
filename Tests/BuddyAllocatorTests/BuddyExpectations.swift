// What tests of the buddy say when it and its naive twin disagree, or when a refusal has changed
// something.

import BuddyAllocator
import MemoryTestSupport
import Testing

extension Geometry: CustomTestStringConvertible {}

extension BuddyFixture {
  /// Runs `body`, which is to be refused, and checks that nothing has changed: neither what the
  /// buddy says nor a bit of its metadata.
  func expectNoChange(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: (inout Buddy) throws -> Void
  ) throws {
    let (bytes, blocks, free) = (memory.bytes, freeBlocks, buddy.freeFrameCount)
    try body(&buddy)
    #expect(memory.holds(bytes), "the metadata changed", sourceLocation: sourceLocation)
    #expect(freeBlocks == blocks, "the free blocks changed", sourceLocation: sourceLocation)
    #expect(buddy.freeFrameCount == free, sourceLocation: sourceLocation)
    try buddy.checkInvariants()
  }
}

extension BuddyTwin {
  /// Records an issue with the shortest list of operations that still makes a difference.
  static func reportDifference(
    _ difference: String, _ operations: [BuddyOperation], in geometry: Geometry, seed: UInt64?
  ) {
    let shortest = OperationShrinker.shrink(operations) {
      firstDifference($0, in: geometry) != nil
    }
    Issue.record(
      """
      \(geometry.testDescription), seed \(seed.map(String.init) ?? "none"): \(difference)
      Shortest list: \(firstDifference(shortest, in: geometry) ?? "does not fail again")
      let operations: [BuddyOperation] = \(OperationShrinker.source(of: shortest))
      """)
  }
}
