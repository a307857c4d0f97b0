import IOPages
import Testing

@testable import FileCopying

@Suite struct CopyRunTests {
  @Test(
    arguments: [0, 1, 4095, 4096, 4097, 40_959, 40_960, 40_961, 262_144],
    [(1, false), (1, true), (3, true), (8, false), (8, true)])
  func carriesEveryByte(byteCount: Int, queue: (blockCount: Int, usesRing: Bool)) throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(byteCount))
    let files = try QueueOfFiles(
      from: source, to: directory.file("destination"), blockCount: queue.blockCount,
      blockByteCount: 8192, usesRing: queue.usesRing, directly: true)
    try makeRun(files, byteCount: byteCount).copyBlocks()
    let written = try content(of: directory.file("destination"))
    #expect(written.count == CopyPlan.padded(byteCount))
    #expect(Array(written[..<byteCount]) == pattern(byteCount))
    #expect(written[byteCount...].allSatisfy { $0 == 0 })
  }

  @Test func tellsAboutEachBlock() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(20_000))
    let files = try QueueOfFiles(
      from: source, to: directory.file("destination"), blockCount: 2, blockByteCount: 8192,
      usesRing: true)
    var told: [CopyProgress] = []
    try makeRun(files, byteCount: 20_000, progress: { told.append($0) }).copyBlocks()
    #expect(told.count == 3)
    #expect(told.last?.doneByteCount == 20_000)
    #expect(told.map(\.doneByteCount) == told.map(\.doneByteCount).sorted())
    #expect(told.allSatisfy { $0.phase == .copying && $0.byteCount == 20_000 })
  }

  @Test func stopsForASignal() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(40_960))
    let files = try QueueOfFiles(
      from: source, to: directory.file("destination"), blockCount: 2, blockByteCount: 4096,
      usesRing: true)
    var done = 0
    let error = #expect(throws: CopyError.self) {
      try makeRun(
        files, byteCount: 40_960, interruption: { done >= 8192 ? 15 : nil },
        progress: { done = $0.doneByteCount }
      ).copyBlocks()
    }
    #expect(error?.description.contains("SIGTERM") == true)
    #expect(done < 40_960)
  }

  // A source that has grown behind a whole page has no later byte that would be read; its status
  // tells, which is not this loop's to ask.
  @Test(arguments: [(4097, 8192), (4097, 4096), (8193, 12_288), (8193, 8192), (4096, 0), (1, 2)])
  func noticesASourceOfAnotherLength(expected: Int, actual: Int) throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(actual))
    let files = try QueueOfFiles(
      from: source, to: directory.file("destination"), blockCount: 2, blockByteCount: 8192,
      usesRing: true)
    let error = #expect(throws: CopyError.self) {
      try makeRun(files, byteCount: expected).copyBlocks()
    }
    #expect(error?.description.contains("changed while it was being copied") == true)
  }
}

/// A run over a test's files.
func makeRun(
  _ files: QueueOfFiles, byteCount: Int, interruption: @escaping () -> Int32? = { nil },
  progress: @escaping (CopyProgress) -> Void = { _ in }
) -> CopyRun {
  CopyRun(
    plan: CopyPlan(
      byteCount: byteCount, blockByteCount: files.queue.blocks[0].page.byteCount),
    queue: files.queue, options: CopyOptions(), interruption: interruption, progress: progress)
}
