import Glibc
import IOPages
import IORings
import SystemPackage

@testable import FileCopying

/// A queue over a source and a destination that a test made, with blocks of a pool of its own.
final class QueueOfFiles {
  let memory: CopyMemory
  let queue: BlockQueue

  init(
    from source: FilePath, to destination: FilePath, blockCount: Int, blockByteCount: Int,
    usesRing: Bool, directly: Bool = false
  ) throws {
    var options = CopyOptions()
    options.regionByteCount = 1 << 20
    options.blockByteCount = blockByteCount
    memory = try CopyMemory(options, blockCount: blockCount)
    let ring = usesRing ? try Ring(capacity: blockCount) : nil
    queue = try BlockQueue(
      blockCount: blockCount, byteCount: blockByteCount, from: memory.pool, through: ring,
      source: DirectFile(opening: source, .readOnly, directly: directly),
      destination: DirectFile(
        opening: destination, .readWrite, options: .create, permissions: .ownerReadWrite,
        directly: directly))
  }

  deinit {
    try? queue.source.descriptor.close()
    try? queue.destination.descriptor.close()
  }

  /// The bytes of an idle block.
  func bytes(of block: Int) -> [UInt8] {
    // The queue keeps the page, and the block is idle.
    unsafe Array(
      UnsafeRawBufferPointer(
        start: queue.blocks[block].page.baseAddress, count: queue.blocks[block].page.byteCount))
  }
}
