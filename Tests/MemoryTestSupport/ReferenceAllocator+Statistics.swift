// The figures that the buddy keeps per operation, counted afresh here each time they are asked for.

package import BuddyAllocator

extension ReferenceAllocator {
  package var withheldFrameCount: Int {
    var count = 0
    for frame in 0..<frameCount where isWithheld(frame) { count += 1 }
    return count
  }

  package func isWithheld(_ frame: Int) -> Bool { states[frame] == .withheld }

  package var freeFrameCount: Int {
    var count = 0
    for block in freeBlocks { count += 1 << block.order }
    return count
  }

  package func freeBlockCount(order: Int) -> Int {
    var count = 0
    for block in freeBlocks where block.order == order { count += 1 }
    return count
  }

  package var largestFreeOrder: Int? {
    var largest: Int?
    for block in freeBlocks where block.order > largest ?? -1 { largest = block.order }
    return largest
  }

  /// Linux's `extfrag_index` as a fraction: -1 if a request of this order would succeed; else how
  /// much of its failure is due to fragmentation (towards 1) rather than to lack of memory.
  package func fragmentationIndex(order: Int) -> Double {
    guard !freeBlocks.isEmpty else { return 0 }
    guard !freeBlocks.contains(where: { $0.order >= order }) else { return -1 }
    let requests = Double(freeFrameCount) / Double(1 << order)
    return 1 - (1 + requests) / Double(freeBlocks.count)
  }

  package func freeBlock(containing frame: Int) -> FreeBlock? {
    freeBlocks.first { $0.frame <= frame && frame < $0.frame + (1 << $0.order) }
  }

  package func nextFreeBlock(from frame: Int) -> FreeBlock? {
    freeBlocks.first { $0.frame + (1 << $0.order) > frame }
  }
}
