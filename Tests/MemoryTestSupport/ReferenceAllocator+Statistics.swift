// The figures that the buddy keeps per operation, counted afresh here each time they are asked for.

package import BuddyAllocator

extension ReferenceAllocator {
  package var freeFrameCount: Int {
    var count = 0
    for state in states { if case .free = state { count += 1 } }
    return count
  }

  package func freeBlockCount(order: Int) -> Int { freeBlocks.count { $0.order == order } }

  package var largestFreeOrder: Int? { freeBlocks.map(\.order).max() }

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
