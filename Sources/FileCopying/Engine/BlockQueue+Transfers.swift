// Asking for transfers.

import Glibc
import IOPages
import IORings
import SystemPackage

extension BlockQueue {
  /// Starts reading `byteCount` bytes at `offset` of a file into an idle block.
  ///
  /// Whole pages are asked for, so more bytes than `byteCount` arrive if the file has them.
  func read(into block: Int, from side: CopySide, at offset: Int, byteCount: Int)
    throws(CopyError)
  {
    try start(
      BlockTransfer(
        .read(side), at: offset, byteCount: CopyPlan.padded(byteCount), neededByteCount: byteCount),
      of: block)
  }

  /// Starts writing the first `byteCount` bytes of an idle block to the destination at `offset`.
  ///
  /// They are followed by zeros up to a whole page.
  func write(from block: Int, at offset: Int, byteCount: Int) throws(CopyError) {
    let padded = CopyPlan.padded(byteCount)
    // The block is idle, so its bytes are ours, and it is a whole number of pages long.
    unsafe UnsafeMutableRawBufferPointer(
      start: blocks[block].page.baseAddress + byteCount, count: padded - byteCount
    ).initializeMemory(as: UInt8.self, repeating: 0)
    try start(
      BlockTransfer(.write, at: offset, byteCount: padded, neededByteCount: padded), of: block)
  }

  /// Whether the first `byteCount` bytes of two idle blocks are the same.
  func haveEqualBytes(_ first: Int, _ second: Int, byteCount: Int) -> Bool {
    precondition(
      blocks[first].transfer == nil && blocks[second].transfer == nil, "a block in transfer")
    precondition(byteCount <= blocks[first].page.byteCount, "more bytes than a block has")
    // Both blocks are idle and at least that long.
    return unsafe memcmp(
      blocks[first].page.baseAddress, blocks[second].page.baseAddress, byteCount) == 0
  }

  private func start(_ transfer: BlockTransfer, of block: Int) throws(CopyError) {
    precondition(blocks[block].transfer == nil, "a block has one transfer at a time")
    precondition(transfer.byteCount <= blocks[block].page.byteCount, "more bytes than a block has")
    blocks[block].transfer = transfer
    try issue(block)
  }

  /// Asks for what a block's transfer still lacks.
  func issue(_ block: Int) throws(CopyError) {
    guard var transfer = blocks[block].transfer else { preconditionFailure("nothing to transfer") }
    let file = file(of: transfer.side)
    transfer.wasDirect = file.isDirect
    blocks[block].transfer = transfer
    let offset = Int64(transfer.offset + transfer.doneByteCount)
    // The page lives as long as the block, the block as long as the queue, which outlives the
    // ring; until the completion nothing but this transfer touches the bytes.
    let bytes = unsafe UnsafeMutableRawBufferPointer(
      start: blocks[block].page.baseAddress + transfer.doneByteCount,
      count: transfer.byteCount - transfer.doneByteCount)
    guard ring != nil else {
      finishedCalls.append(
        FinishedCall(
          block: block,
          result: unsafe Self.call(transfer.isRead, file.descriptor, bytes, at: offset)))
      return
    }
    do throws(RingError) {
      if transfer.isRead {
        try unsafe ring?.prepareRead(
          from: file.descriptor, at: offset, into: bytes, tag: UInt64(block))
      } else {
        try unsafe ring?.prepareWrite(
          to: file.descriptor, at: offset, from: UnsafeRawBufferPointer(bytes), tag: UInt64(block))
      }
    } catch {
      throw .ring(error)
    }
  }

  private static func call(
    _ isRead: Bool, _ descriptor: FileDescriptor, _ bytes: UnsafeMutableRawBufferPointer,
    at offset: Int64
  ) -> Result<Int, Errno> {
    // The bytes are the caller's for as long as the call takes.
    let count =
      if isRead {
        unsafe pread(descriptor.rawValue, bytes.baseAddress, bytes.count, Int(offset))
      } else {
        unsafe pwrite(descriptor.rawValue, bytes.baseAddress, bytes.count, Int(offset))
      }
    return count >= 0 ? .success(count) : .failure(Errno(rawValue: errno))
  }
}
