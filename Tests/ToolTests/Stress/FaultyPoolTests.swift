import IOPageCore
import PagePools
import Synchronization
import Testing

@testable import iopages

/// What a stress is for: pools that are wrong on purpose, each in one way, must be found out.
@Suite struct FaultyPoolTests {
  private static func stress(_ fault: FaultySubject.Fault) throws -> StressReport {
    var options = StressOptions()
    options.threads = 1
    options.operations = 6000
    options.seed = 7
    let reported = Mutex<[StressFailure]>([])
    let report = try StressRun(FaultySubject(fault), options: options, processors: Processors())
      .run(
        onFailure: { failure in reported.withLock { $0.append(failure) } })
    #expect(reported.withLock { $0 } == [report.failure].compactMap { $0 })
    return report
  }

  @Test(
    arguments: [
      (.handsAPageOutTwice, "single pages", "to be out once", "with thread 0 in its operation"),
      (.leavesBytes, "zeroed", "expected zero at byte 1232", "found 0x10000"),
      (.writesIntoBlocks, "", "at byte 0", "found 0x"),
      (.refusesForNothing, "being refused a block", "fewer than", "exhausted"),
      (.refusesWithFiguresThatFit, "being refused a block", "to be free", "with 0 free pages"),
      (.misaligns, "taking a block of order", "a multiple of", "found 0x"),
      (.givesTooLittle, "taking a block of order", "bytes", "found"),
      (.givesWhatIsNotThePools, "taking a block of order", "pages of the pool", "found 0x"),
    ] as [(FaultySubject.Fault, String, String, String)])
  func theFirstOperationThatFailsIsNamed(
    fault: FaultySubject.Fault, action: String, expected: String, found: String
  ) throws {
    let report = try FaultyPoolTests.stress(fault)
    #expect(report.errors == 1)
    #expect(!report.isGood)
    let failure = try #require(report.failure)
    #expect(failure.thread == 0)
    #expect((1...6000).contains(failure.operation))
    for text in ["thread 0, operation \(failure.operation), ", action, expected, found] {
      #expect(failure.description.contains(text), "\(failure)")
    }
  }

  @Test(
    arguments: [
      (.losesAPage, "free pages", 1), (.countsWrong, "allocations", 0),
      (.leavesBlocksApart, "free blocks of order 10", 0),
    ] as [(FaultySubject.Fault, String, Int)])
  func whatIsMissingInTheEndIsFound(
    fault: FaultySubject.Fault, expected: String, leaked: Int
  ) throws {
    let report = try FaultyPoolTests.stress(fault)
    #expect(report.errors == 1)
    #expect(report.leakedPages == leaked)
    let failure = try #require(report.failure)
    #expect(failure.thread == nil)
    #expect(failure.description.hasPrefix("at the end, "), "\(failure)")
    #expect(failure.description.contains(expected), "\(failure)")
  }

  @Test func aLeakReportThatIsNotEmptyIsPrinted() throws {
    var options = StressOptions()
    options.threads = 1
    options.operations = 10
    let subject = try PoolSubject.small()
    let run = try StressRun(subject, options: options, processors: Processors())
    let page = try subject.pool.allocate(order: 3, tag: "leaked")
    let report = try run.run()
    #expect(report.leakedPages == 8)
    let failure = try #require(report.failure)
    #expect(failure.fault.found.contains("8 page(s) are out"), "\(failure)")
    _ = consume page
  }

  @Test(arguments: [FaultySubject.Fault.handsAPageOutTwice, .refusesForNothing])
  func theSeedFindsTheSameOperationAgain(fault: FaultySubject.Fault) throws {
    let first = try FaultyPoolTests.stress(fault)
    let second = try FaultyPoolTests.stress(fault)
    #expect(first.failure?.operation == second.failure?.operation)
    #expect(first.failure?.action == second.failure?.action)
    #expect(first.tally == second.tally)
  }

  @Test func oneOfSeveralThreadsFindsIt() throws {
    var options = StressOptions()
    options.threads = 3
    options.operations = 30_000
    let report = try StressRun(
      FaultySubject(.handsAPageOutTwice), options: options, processors: Processors()
    ).run()
    #expect(report.errors >= 1)
    #expect(report.failure?.description.contains("to be out once") == true)
    #expect(report.tally.operations < 30_000)
  }
}
