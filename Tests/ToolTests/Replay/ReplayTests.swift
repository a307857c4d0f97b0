import Testing
import iopages

@Suite struct ReplayTests {
  private func replay(_ lines: [String], factor: Double) throws -> ReplayReport {
    let events = try TraceParser.events(in: Array(lines.joined(separator: "\n").utf8))
    return try Replay(events, assignment: .one, factor: factor).run()
  }

  @Test func theRegionIsAMultipleOfThePeak() throws {
    let lines = ["a 0 0 1 0 0", "a 0 1 2 0 2", "f 0 0 1"]
    #expect(try replay(lines, factor: 4).regionPageCount == 12)
    #expect(try replay(lines, factor: 1.5).regionPageCount == 5)
    #expect(try replay(lines, factor: 0.01).regionPageCount == 1)
  }

  @Test func whatDoesNotFitFails() throws {
    let lines = ["a 0 0 1 0 0", "a 0 1 2 0 2", "f 0 0 1", "f 0 1 2"]
    #expect(try replay(lines, factor: 4).failureCount == 0)
    let report = try replay(lines, factor: 0.01)
    #expect(report.failureCount == 1)
    #expect(report.pinned == [1, 0], "the one page at the peak, nothing at the end")
  }

  @Test func eachMarkIsCounted() throws {
    let events = try TraceParser.events(in: TraceFile.text(at: ShortTrace.path))
    let report = try Replay(events, assignment: .one, factor: 2).run()
    #expect(report.pinned.count == report.plan.marks.count)
    #expect(report.pinned.count > 100)
    for (pinned, mark) in zip(report.pinned, report.plan.marks) {
      #expect(pinned >= mark.minimalBlockCount)
    }
  }
}
