// A buddy with memory of its own, for one test.

import BuddyAllocator
import MemoryTestSupport
import Testing

/// The buddy behind the interface that it shares with its naive twin.
extension Buddy: FrameAllocator {}

/// A buddy and the memory that its metadata lives in: the memory goes when the buddy goes.
final class BuddyFixture {
  let memory: ZeroedMemory
  var buddy: Buddy

  /// - Parameter managed: how many frames are free from the start; nil: all of them.
  init(frameCount: Int, largestOrder: Int, managed: Int? = nil) {
    memory = ZeroedMemory(
      byteCount: Buddy.metadataByteCount(frameCount: frameCount, largestOrder: largestOrder))
    // Unsafe: the memory is zeroed, large enough, 64-byte aligned, and lives as long as the fixture.
    buddy = unsafe Buddy(
      metadata: memory.baseAddress, frameCount: frameCount, largestOrder: largestOrder)
    let managed = managed ?? frameCount
    if managed > 0 { buddy.extend(to: managed) }
  }

  /// The free blocks as the public walk gives them.
  var freeBlocks: [FreeBlock] { buddy.allFreeBlocks }

  /// Performs the operations in turn and gives their results.
  func perform(_ operations: [BuddyOperation]) -> [BuddyOutcome] {
    operations.map { $0.perform(on: &buddy) }
  }

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
