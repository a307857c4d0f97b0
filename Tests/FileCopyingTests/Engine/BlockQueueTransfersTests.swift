import MemoryTestSupport
import SystemPackage
import Testing

@testable import FileCopying

@Suite struct BlockQueueTransfersTests {
  @Test(arguments: [true, false], [true, false])
  func readsWholePagesAndWritesThemBack(usesRing: Bool, directly: Bool) throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(12_288))
    let files = try QueueOfFiles(
      from: source, to: directory.file("destination"), blockCount: 2, blockByteCount: 8192,
      usesRing: usesRing, directly: directly)
    let queue = files.queue

    try queue.read(into: 1, from: .source, at: 4096, byteCount: 8192)
    let read = try #require(try queue.next())
    #expect(read.block == 1)
    #expect(read.byteCount == 8192)
    #expect(files.bytes(of: 1) == Array(pattern(12_288)[4096...]))

    try queue.write(from: 1, at: 0, byteCount: 8192)
    #expect(try queue.next()?.byteCount == 8192)
    #expect(try content(of: directory.file("destination")) == Array(pattern(12_288)[4096...]))
  }

  @Test(arguments: [true, false])
  func padsATailWithZeros(usesRing: Bool) throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", [UInt8](repeating: 0xFF, count: 8192))
    let files = try QueueOfFiles(
      from: source, to: directory.file("destination"), blockCount: 1, blockByteCount: 8192,
      usesRing: usesRing)
    // The block is full of other bytes before.
    try files.queue.read(into: 0, from: .source, at: 0, byteCount: 8192)
    _ = try files.queue.next()
    try files.queue.write(from: 0, at: 0, byteCount: 4097)
    #expect(try files.queue.next()?.byteCount == 8192)
    let written = try content(of: directory.file("destination"))
    #expect(written[..<4097].allSatisfy { $0 == 0xFF })
    #expect(written[4097...].allSatisfy { $0 == 0 })
  }

  @Test func comparesBlocksAsFarAsAsked() throws {
    let directory = try TemporaryDirectory()
    var bytes = pattern(4096)
    let source = try directory.makeFile("source", bytes)
    bytes[4000] ^= 1
    let destination = try directory.makeFile("destination", bytes)
    let files = try QueueOfFiles(
      from: source, to: destination, blockCount: 2, blockByteCount: 4096, usesRing: false)
    try files.queue.read(into: 0, from: .source, at: 0, byteCount: 4096)
    try files.queue.read(into: 1, from: .destination, at: 0, byteCount: 4096)
    _ = try files.queue.next()
    _ = try files.queue.next()
    #expect(files.queue.haveEqualBytes(0, 1, byteCount: 4000))
    #expect(!files.queue.haveEqualBytes(0, 1, byteCount: 4001))
  }

  @Test func aSecondTransferOfABlockTraps() async {
    await #expect(processExitsWith: .failure) {
      trapping {
        let directory = try TemporaryDirectory()
        let source = try directory.makeFile("source", [1])
        let files = try QueueOfFiles(
          from: source, to: directory.file("destination"), blockCount: 1, blockByteCount: 4096,
          usesRing: true)
        try files.queue.read(into: 0, from: .source, at: 0, byteCount: 1)
        try files.queue.read(into: 0, from: .source, at: 0, byteCount: 1)
      }
    }
  }
}
