import Testing

@testable import FileCopying

@Suite struct CopyRunComparisonTests {
  @Test(arguments: [0, 1, 4096, 40_961], [(2, false), (2, true), (5, true)])
  func acceptsEqualFiles(byteCount: Int, queue: (blockCount: Int, usesRing: Bool)) throws {
    let directory = try TemporaryDirectory()
    let run = try makeRun(pattern(byteCount), pattern(byteCount), queue, directory)
    try run.compareBlocks()
  }

  @Test(arguments: [0, 4095, 4096, 8191, 8192, 20_000, 40_960])
  func findsOneByteThatDiffers(position: Int) throws {
    let directory = try TemporaryDirectory()
    var other = pattern(40_961)
    other[position] ^= 0x80
    let run = try makeRun(pattern(40_961), other, (4, true), directory)
    let error = #expect(throws: CopyError.self) { try run.compareBlocks() }
    guard case .verificationFailed(_, let offset) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(offset == position / 8192 * 8192)
  }

  @Test func findsADestinationThatIsCutOff() throws {
    let directory = try TemporaryDirectory()
    let run = try makeRun(pattern(40_961), pattern(40_960), (4, true), directory)
    #expect(throws: CopyError.self) { try run.compareBlocks() }
  }

  @Test func needsTwoBlocks() throws {
    let directory = try TemporaryDirectory()
    let run = try makeRun([1], [1], (1, true), directory)
    let error = #expect(throws: CopyError.self) { try run.compareBlocks() }
    #expect(error?.description.contains("two blocks") == true)
  }

  private func makeRun(
    _ source: [UInt8], _ destination: [UInt8], _ queue: (blockCount: Int, usesRing: Bool),
    _ directory: borrowing TemporaryDirectory
  ) throws -> CopyRun {
    let files = try QueueOfFiles(
      from: directory.makeFile("source", source),
      to: directory.makeFile("destination", destination), blockCount: queue.blockCount,
      blockByteCount: 8192, usesRing: queue.usesRing)
    // The run keeps the queue; the files' owner is kept by what it tells its progress to.
    return FileCopyingTests.makeRun(
      files, byteCount: source.count, progress: { _ in withExtendedLifetime(files) {} })
  }
}
