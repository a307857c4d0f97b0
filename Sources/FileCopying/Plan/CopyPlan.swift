// The arithmetic of a copy: which bytes of the file each block carries.
//
//   |-- block 0 --|-- block 1 --|-- block 2 --|-- tail --|
//   0             b             2b            3b         byteCount
//
// A transfer past the page cache has to be a whole number of pages, at an offset of whole pages.
// Blocks are; the tail is not, so it travels padded to whole pages, and the file is cut to its
// length at the end.

import IOPages

/// How a file of a known length is cut into blocks.
package struct CopyPlan: Equatable, Sendable {
  /// The length of the file in bytes.
  package let byteCount: Int
  /// The length of each block in bytes, but for the last one: a whole number of pages.
  package let blockByteCount: Int

  package init(byteCount: Int, blockByteCount: Int) {
    precondition(byteCount >= 0, "a file has no negative length")
    precondition(
      blockByteCount > 0 && blockByteCount.isMultiple(of: IOPage.pageSize),
      "a block is a whole number of pages")
    self.byteCount = byteCount
    self.blockByteCount = blockByteCount
  }

  /// How many blocks the file has; none if it is empty.
  package var blockCount: Int {
    let (blocks, rest) = byteCount.quotientAndRemainder(dividingBy: blockByteCount)
    return rest == 0 ? blocks : blocks + 1
  }

  /// The bytes of the file that block `index` carries.
  package subscript(index: Int) -> Range<Int> {
    precondition((0..<blockCount).contains(index), "the file has no such block")
    let start = index * blockByteCount
    // Not start + blockByteCount, which may be more than an Int holds.
    return start..<start + min(blockByteCount, byteCount - start)
  }

  /// Whether the last block is not a whole number of pages.
  package var hasUnalignedTail: Bool { !byteCount.isMultiple(of: IOPage.pageSize) }

  /// `byteCount` bytes, padded to whole pages.
  package static func padded(_ byteCount: Int) -> Int {
    (byteCount + IOPage.pageSize - 1) / IOPage.pageSize * IOPage.pageSize
  }
}
