import IOPages
import Testing
import iopages

@Suite struct TrialReportTests {
  static let report = TrialReport(
    nodes: [0, 1], byteCount: 4 << 20,
    [
      (
        PlacementTrial("bind", .bind(to: 0), promise: .only([0])),
        .holds([0: 1024])
      ),
      (
        PlacementTrial("bind", .bind(to: 1), promise: .only([1])),
        .fails("24 of 1024 pages are elsewhere: 24 on node 0")
      ),
      (
        PlacementTrial("local", .local, promise: .only([0]), description: "local, CPU 0"),
        .unavailable("placement refused")
      ),
    ])

  @Test func hasALineForEachTrialAndASum() {
    #expect(
      Self.report.lines == [
        "4 MiB for each policy, and each page looked up; nodes with memory: 0-1",
        "  bind to node 0  holds        1024 on node 0",
        "  bind to node 1  fails        24 of 1024 pages are elsewhere: 24 on node 0",
        "  local, CPU 0    unavailable  placement refused",
        "1 of 3 hold, 1 fail, 1 could not be tried",
      ])
    #expect(Self.report.failureCount == 1)
  }

  @Test func oneNodeProvesLittle() {
    let report = TrialReport(nodes: [0], byteCount: 4096, [])
    #expect(report.failureCount == 0)
    #expect(
      report.lines.last
        == "0 of 0 hold, 0 fail, 0 could not be tried (with one node, every page is on it)")
  }

  @Test func hasTheSameForPrograms() {
    #expect(
      Self.report.json.description
        == #"{"nodes":[0,1],"bytes":4194304,"failures":1,"policies":["#
        + #"{"policy":"bind","placement":"bind to node 0","verdict":"holds","#
        + #""detail":"1024 on node 0"},"#
        + #"{"policy":"bind","placement":"bind to node 1","verdict":"fails","#
        + #""detail":"24 of 1024 pages are elsewhere: 24 on node 0"},"#
        + #"{"policy":"local","placement":"local, CPU 0","verdict":"unavailable","#
        + #""detail":"placement refused"}]}"#)
  }
}
