import SystemPackage
import Testing

@testable import FileCopying

@Suite struct BlockQueueCompletionsTests {
  @Test(arguments: [true, false], [true, false])
  func aReadAtTheEndOfTheFileIsShort(usesRing: Bool, directly: Bool) throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(5000))
    let files = try QueueOfFiles(
      from: source, to: directory.file("destination"), blockCount: 1, blockByteCount: 8192,
      usesRing: usesRing, directly: directly)
    // What is needed is there after one call, though it is no whole page.
    try files.queue.read(into: 0, from: .source, at: 0, byteCount: 5000)
    #expect(try files.queue.next()?.byteCount == 5000)
    // More is needed than the file has.
    try files.queue.read(into: 0, from: .source, at: 4096, byteCount: 8192)
    #expect(try files.queue.next()?.byteCount == 904)
  }

  @Test(arguments: [true, false])
  func aReadOfAFileThatHasGrownSaysSo(usesRing: Bool) throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(8192))
    let files = try QueueOfFiles(
      from: source, to: directory.file("destination"), blockCount: 1, blockByteCount: 8192,
      usesRing: usesRing)
    try files.queue.read(into: 0, from: .source, at: 0, byteCount: 100)
    #expect(try files.queue.next()?.byteCount == 4096)
  }

  @Test(arguments: [Errno.interrupted, .resourceTemporarilyUnavailable])
  func anInterruptedCallIsMadeAgainAfterTheCallerWasAsked(errno: Errno) throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(8192))
    let files = try QueueOfFiles(
      from: source, to: directory.file("destination"), blockCount: 1, blockByteCount: 8192,
      usesRing: false)
    try files.queue.read(into: 0, from: .source, at: 0, byteCount: 8192)
    files.queue.finishedCalls = [.init(block: 0, result: .failure(errno))]
    #expect(try files.queue.next() == nil)
    #expect(files.queue.finishedCalls.isEmpty, "no call before the caller had its say")
    #expect(try files.queue.next()?.byteCount == 8192)
  }

  @Test(arguments: [true, false])
  func anErrorNamesTheOperationAndTheFile(usesRing: Bool) throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", [1])
    let files = try QueueOfFiles(
      from: source, to: directory.file("destination"), blockCount: 2, blockByteCount: 4096,
      usesRing: usesRing)
    // A file that is open for reading cannot be written to.
    files.queue.destination = files.queue.source
    try files.queue.write(from: 0, at: 0, byteCount: 1)
    let error = #expect(throws: CopyError.self) { _ = try files.queue.next() }
    #expect(error?.description == "cannot write \(source): Bad file descriptor")
  }

  @Test(arguments: [true, false])
  func goesThroughThePageCacheWhereDirectTransfersAreRefusedLate(usesRing: Bool) throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(8192))
    let files = try QueueOfFiles(
      from: source, to: directory.file("destination"), blockCount: 1, blockByteCount: 8192,
      usesRing: usesRing, directly: true)
    // A file system without direct transfers is played by an offset that no direct transfer can
    // have: the first call is refused, and made again.
    try #require(files.queue.source.isDirect, "the temporary directory has no direct transfers")
    try files.queue.read(into: 0, from: .source, at: 3, byteCount: 4096)
    #expect(try files.queue.next()?.byteCount == 4096)
    #expect(Array(files.bytes(of: 0)[..<4096]) == Array(pattern(8192)[3..<4099]))
    if try !allowsUnalignedDirectTransfers(source) { #expect(!files.queue.source.isDirect) }
  }

  /// Whether the file system takes any offset past the page cache, as memory file systems do.
  private func allowsUnalignedDirectTransfers(_ path: FilePath) throws -> Bool {
    let file = try DirectFile(opening: path, .readOnly, directly: true)
    defer { try? file.descriptor.close() }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 4096)
    defer { unsafe buffer.deallocate() }
    // The buffer lives until the function returns.
    return (try? unsafe file.descriptor.read(fromAbsoluteOffset: 3, into: buffer)) != nil
  }
}
