// A buddy with memory of its own, for one test or one input of the fuzzer.

package import BuddyAllocator

/// The buddy behind the interface that it shares with its naive twin.
extension Buddy: FrameAllocator {}

/// A buddy and the memory that its metadata lives in: the memory goes when the buddy goes.
package final class BuddyFixture {
  package let memory: ZeroedMemory
  package var buddy: Buddy

  /// - Parameter managed: how many frames are free from the start; nil: all of them.
  package init(frameCount: Int, largestOrder: Int, managed: Int? = nil) {
    memory = ZeroedMemory(
      byteCount: Buddy.metadataByteCount(frameCount: frameCount, largestOrder: largestOrder))
    // Unsafe: the memory is zeroed, large enough, 64-byte aligned, and lives as long as the fixture.
    buddy = unsafe Buddy(
      metadata: memory.baseAddress, frameCount: frameCount, largestOrder: largestOrder)
    let managed = managed ?? frameCount
    if managed > 0 { buddy.extend(to: managed) }
  }

  /// The free blocks as the public walk gives them.
  package var freeBlocks: [FreeBlock] { buddy.allFreeBlocks }

  /// Performs the operations in turn and gives their results.
  package func perform(_ operations: [BuddyOperation]) -> [BuddyOutcome] {
    operations.map { $0.perform(on: &buddy) }
  }
}
