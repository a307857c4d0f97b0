// What a caller may wish for when a file is copied, and the wishes that no machine can meet.

import IOPages
package import MemoryRegions

/// How a file is copied.
package struct CopyOptions: Sendable {
  /// The bytes of memory to reserve for the blocks.
  package var regionByteCount = 64 << 20
  /// The bytes that are read and written at a time: a whole number of pages.
  package var blockByteCount = 256 << 10
  /// The most blocks that are read or written at the same time.
  package var queueDepth = 8
  /// What the region is made of.
  package var backing = Backing.basePages
  /// The NUMA node that all blocks have to be on, or nil for any.
  package var numaNode: Int?
  /// Whether io_uring is used where the kernel allows it.
  package var usesRing = true
  /// Whether transfers go past the page cache where the file systems allow it.
  package var usesDirectIO = true
  /// Whether both files are read again and compared before the destination appears.
  package var verifies = false
  /// Called with the number of each block once it is written: where tests change the world.
  package var blockWasWritten: (@Sendable (_ block: Int) -> Void)?

  package init() {}

  /// The bounds of ``queueDepth``. More would not fit a completion queue.
  package static let queueDepths = 1...4096

  /// Refuses what could not work on any machine and for any file.
  package func validate() throws(CopyError) {
    guard blockByteCount > 0, blockByteCount.isMultiple(of: IOPage.pageSize) else {
      throw .blockNotWholePages(ByteSize(byteCount: blockByteCount))
    }
    guard Self.queueDepths.contains(queueDepth) else { throw .queueDepth(queueDepth) }
    // A region of nothing, or of broken pages, is the region's own to refuse, in its own words.
    let canBe = regionByteCount > 0 && regionByteCount.isMultiple(of: IOPage.pageSize)
    guard !canBe || blockByteCount <= regionByteCount else {
      throw .blockLargerThanRegion(
        block: ByteSize(byteCount: blockByteCount), region: ByteSize(byteCount: regionByteCount))
    }
    guard !verifies || queueDepth >= 2 else { throw .verifyingNeedsTwoBlocks }
  }
}
