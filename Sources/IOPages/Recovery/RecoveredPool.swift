public import IOPageCore
public import PagePools

/// A pool that was recovered from its memory file, with what callers of the former process had.
///
/// The blocks are out until they are taken or freed, also when this value is gone; then only the next
/// recovery finds them again. As all pages that are out, they keep the pool's memory and the ownership
/// of its file: if they were neither taken nor freed when this value is dropped, that lasts until this
/// process ends. Call ``freeAll()`` to let go of the file sooner.
///
/// A run that its owner had split is one block still, with the pages that were not given back; parts of
/// a page that buffers had are not told apart.
public struct RecoveredPool: ~Copyable, Sendable {
  /// The pool, ready for use.
  public let pool: PagePool
  /// What callers had, in ascending order of the pages.
  public let blocks: [RecoveredBlock]
  /// What the former process was doing when it ended, which has been settled; nil if nothing.
  public let intent: RecoveredIntent?
  /// How many owners the pool has had, this process included.
  public let generation: UInt64
  /// Whether the block of an index is somebody's again, or free.
  private var isTaken: [Bool]

  init(_ pool: PagePool, _ contents: BlockTable.Contents, generation: UInt64) {
    self.pool = pool
    self.generation = generation
    blocks = contents.blocks
    intent = contents.intent
    isTaken = Array(repeating: false, count: blocks.count)
  }

  /// The blocks that are neither taken nor freed yet. O(blocks).
  public var remainingBlocks: [RecoveredBlock] {
    blocks.indices.filter { !isTaken[$0] }.map { blocks[$0] }
  }

  /// Becomes the owner of a block. Its bytes are as its owner left them when the process ended.
  ///
  /// - Returns: the pages; nil if it is no block of ``blocks``, or taken or freed already.
  /// - Complexity: O(log blocks).
  public mutating func take(_ block: RecoveredBlock) -> IOPage? {
    guard let index = index(of: block), !isTaken[index] else { return nil }
    isTaken[index] = true
    return IOPage(block.pages, of: pool.reference)
  }

  /// Gives all blocks back that have not been taken.
  ///
  /// - Complexity: as so many frees.
  public mutating func freeAll() {
    for index in blocks.indices where !isTaken[index] {
      isTaken[index] = true
      // Its owner for a moment.
      _ = IOPage(blocks[index].pages, of: pool.reference)
    }
  }

  private func index(of block: RecoveredBlock) -> Int? {
    var low = 0
    var high = blocks.count
    while low < high {
      let middle = (low + high) / 2
      if blocks[middle].pages.lowerBound < block.pages.lowerBound {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low < blocks.count && blocks[low] == block ? low : nil
  }
}
