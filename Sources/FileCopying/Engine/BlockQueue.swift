// The blocks of a copy and their transfers. Each block is an IOPage of one pool; it is idle, or it
// has one transfer, and then the kernel may be reading or writing its bytes:
//
//   idle --read/write--> in transfer --next--> idle
//
// Where the kernel gives us a ring, transfers of different blocks overlap; where it does not, each
// one is made by a plain call when it is asked for, and `next` finds it finished.

import IOPages
import IORings
import SystemPackage

/// A number of blocks, each with at most one transfer at a time.
///
/// A class so that, however a copy ends, its deinitializer can end the transfers before the pages
/// go back to their pool. It belongs to one thread.
final class BlockQueue {
  struct Block: ~Copyable {
    var page: IOPage
    var transfer: BlockTransfer?
  }

  var ring: Ring?
  var blocks: UniqueArray<Block>
  var source: DirectFile
  var destination: DirectFile
  // What plain calls have transferred and `next` has not told yet, oldest first.
  var finishedCalls: [FinishedCall] = []

  // Blocks whose last call has to be made again, since a signal came first.
  var interruptedBlocks: [Int] = []

  struct FinishedCall {
    let block: Int
    let result: Result<Int, Errno>
  }

  /// Takes up to `count` blocks of `byteCount` bytes from `pool`: fewer if it has no room for more.
  ///
  /// - Throws: ``OutOfMemory`` if it has no room for a single one.
  init(
    blockCount count: Int, byteCount: Int, from pool: PagePool, through ring: consuming Ring?,
    source: DirectFile, destination: DirectFile
  ) throws(OutOfMemory) {
    var blocks = UniqueArray<Block>(minimumCapacity: count)
    while blocks.count < count {
      do throws(OutOfMemory) {
        // Every byte that is written to a file was read from one, or is cleared as padding.
        let page = try pool.allocate(
          pages: byteCount / IOPage.pageSize, contents: .uninitialized)
        blocks.append(Block(page: page))
      } catch {
        guard !blocks.isEmpty else { throw error }
        break
      }
    }
    self.blocks = blocks
    self.ring = ring
    self.source = source
    self.destination = destination
  }

  deinit {
    // A ring waits for its transfers before it is gone. The blocks must not go first.
    ring = nil
  }

  /// How many blocks there are.
  var count: Int { blocks.count }

  /// The file of one side.
  func file(of side: CopySide) -> DirectFile {
    switch side {
    case .source: source
    case .destination: destination
    }
  }
}
