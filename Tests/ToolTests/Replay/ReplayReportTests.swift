import Foundation
import Testing
import iopages

@Suite struct ReplayReportTests {
  private func report(marks: Int = 40) throws -> ReplayReport {
    // Up to the last mark but one, and then all but one page go.
    var lines = (1..<marks).map { "a 0 9 \($0) 0 \(1024 * $0)" }
    lines.append("a 0 0 0 0 0")
    lines += (1..<marks).map { "f 0 9 \($0)" }
    let plan = try ReplayPlanner.plan(
      TraceParser.events(in: Array(lines.joined(separator: "\n").utf8)), assignment: .one,
      interval: 2)
    return ReplayReport(
      plan: plan, pinned: plan.marks.map { $0.minimalBlockCount + 1 },
      nanosecondsPerEvent: [30, 10, 20.128], failureCount: 3, regionPageCount: 65_536)
  }

  @Test func theJSONHasItsKeysInOrder() throws {
    #expect(
      try report().json.description
        == #"{"events":79,"nsPerEvent":20.13,"failures":3,"peakPages":19969,"pinnedAtPeak":41,"#
        + #""minimalAtPeak":40,"linuxAtPeak":40,"pinnedAtEnd":2,"minimalAtEnd":1,"linuxAtEnd":1}"#)
  }

  @Test func theLinesSayTheSame() throws {
    let lines = try report().lines
    #expect(
      lines[0]
        == "79 events on one thread; at most 19969 pages live (78.0 MiB), in a region of 65536 "
        + "(256.0 MiB)")
    #expect(
      lines[1] == "20.13 ns per event (median of 3 replays, least 10.00), 3 failed allocations")
    let table = lines.dropFirst(4).map { $0.split(separator: " ").map(String.init) }
    #expect((16...18).contains(table.count))
    #expect(table.contains(["40", "19969", "41", "40", "40", "the", "peak"]))
    #expect(table.last == ["79", "1", "2", "1", "1", "the", "end"])
    let events = table.compactMap { Int($0[0]) }
    #expect(events == events.sorted())
  }

  @Test func aShortTraceHasAShortTable() throws {
    let plan = try ReplayPlanner.plan(
      [TraceEvent(kind: .allocation, processor: 0, order: 0, block: 0)], assignment: .one,
      interval: 10)
    let report = ReplayReport(
      plan: plan, pinned: [1], nanosecondsPerEvent: [1], failureCount: 1, regionPageCount: 4)
    #expect(report.lines.count == 5)
    #expect(report.lines[1].hasSuffix(", 1 failed allocation"))
    #expect(report.lines[4].hasSuffix("  the peak, the end"))
  }

  @Test func theChartHasALineForEach() throws {
    let svg = try report().chart.svg
    for name in [">Linux<", ">iopages<", ">least possible<"] { #expect(svg.contains(name)) }
    #expect(svg.components(separatedBy: "<polyline ").count == 4)
  }
}
