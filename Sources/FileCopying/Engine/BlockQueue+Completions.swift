// Taking finished transfers, and going on with those that are not.

import IOPages
import IORings
import SystemPackage

/// A transfer that has ended.
struct FinishedTransfer {
  /// The block, idle again.
  let block: Int
  /// The bytes transferred: fewer than were asked for only where a file that is read has ended.
  let byteCount: Int
}

extension BlockQueue {
  /// Waits for a transfer to end.
  ///
  /// - Returns: nil if a signal came first: ask again, or give up.
  /// - Throws: ``CopyError`` if the transfer failed. The block stays in transfer.
  func next() throws(CopyError) -> FinishedTransfer? {
    // Only now: the caller has had the chance to give up since.
    while let block = interruptedBlocks.popLast() { try issue(block) }
    while let (block, result) = try nextCall() {
      switch result {
      case .failure(.interrupted), .failure(.resourceTemporarilyUnavailable):
        interruptedBlocks.append(block)
        return nil
      default:
        if let finished = try settle(block, result) { return finished }
      }
    }
    return nil
  }

  /// The outcome of one call or one completion, or nil if a signal came first.
  private func nextCall() throws(CopyError) -> (block: Int, result: Result<Int, Errno>)? {
    guard ring != nil else {
      // Never so many that moving the others up would count.
      let call = finishedCalls.removeFirst()
      return (call.block, call.result)
    }
    do throws(RingError) {
      let completion = try ring!.waitForCompletion()
      return (Int(completion.tag), completion.result)
    } catch .interrupted {
      return nil
    } catch {
      throw .ring(error)
    }
  }

  /// Notes what a call did and makes the next one if the transfer is not complete.
  private func settle(
    _ block: Int, _ result: Result<Int, Errno>
  ) throws(CopyError) -> FinishedTransfer? {
    guard var transfer = blocks[block].transfer else { preconditionFailure("nothing to transfer") }
    switch result {
    case .success(let byteCount):
      let isComplete = transfer.advance(by: byteCount)
      blocks[block].transfer = transfer
      if isComplete {
        if byteCount == 0, !transfer.isRead { throw failure(of: transfer, .ioError) }
        blocks[block].transfer = nil
        return FinishedTransfer(block: block, byteCount: transfer.doneByteCount)
      }
    case .failure(.invalidArgument) where transfer.wasDirect:
      // The file system opened the file for transfers past the page cache and does not make them.
      try stopDirectTransfers(of: transfer)
    case .failure(let errno):
      throw failure(of: transfer, errno)
    }
    try issue(block)
    return nil
  }

  private func stopDirectTransfers(of transfer: BlockTransfer) throws(CopyError) {
    do throws(Errno) {
      switch transfer.side {
      case .source: try source.stopDirectTransfers()
      case .destination: try destination.stopDirectTransfers()
      }
    } catch {
      throw failure(of: transfer, error)
    }
  }

  private func failure(of transfer: BlockTransfer, _ errno: Errno) -> CopyError {
    .file(
      operation: transfer.isRead ? "read" : "write", file(of: transfer.side).path, errno)
  }
}
