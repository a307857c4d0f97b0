import Testing

@testable import FileCopying

@Suite struct BlockTransferTests {
  @Test func isCompleteWhenWhatIsNeededIsThere() {
    var transfer = BlockTransfer(
      .read(.source), at: 4096, byteCount: 8192, neededByteCount: 5000)
    #expect(advance(&transfer, by: 4096) == false)
    #expect(advance(&transfer, by: 904) == true)
    #expect(transfer.doneByteCount == 5000)
  }

  @Test func mayTransferMoreThanIsNeeded() {
    var transfer = BlockTransfer(.read(.source), at: 0, byteCount: 8192, neededByteCount: 5000)
    #expect(advance(&transfer, by: 8192) == true)
    #expect(transfer.doneByteCount == 8192)
  }

  @Test func endsWhereTheFileEnds() {
    var transfer = BlockTransfer(.read(.source), at: 0, byteCount: 8192, neededByteCount: 8192)
    #expect(advance(&transfer, by: 512) == false)
    #expect(advance(&transfer, by: 0) == true)
    #expect(transfer.doneByteCount == 512)
  }

  @Test func onlyReadsComeFromTheSource() {
    let read = BlockTransfer(.read(.source), at: 0, byteCount: 1, neededByteCount: 1)
    let back = BlockTransfer(.read(.destination), at: 0, byteCount: 1, neededByteCount: 1)
    let write = BlockTransfer(.write, at: 0, byteCount: 1, neededByteCount: 1)
    #expect(read.isRead && read.side == .source)
    #expect(back.isRead && back.side == .destination)
    #expect(!write.isRead && write.side == .destination)
  }

  private func advance(_ transfer: inout BlockTransfer, by byteCount: Int) -> Bool {
    transfer.advance(by: byteCount)
  }
}
