import IOPages
import Testing
import iopages

@Suite struct TrialReportTests {
  static let report = TrialReport(
    nodes: [0, 1], source: .libnuma, byteCount: 4 << 20,
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
      (
        PlacementTrial("preferred", .preferred(1), promise: .only([1])),
        .unknown("24 of 1024 pages are elsewhere: 24 on node 0; node 1 may have been full")
      ),
    ])

  @Test func hasALineForEachTrialAndASum() {
    #expect(
      Self.report.lines == [
        "4 MiB for each policy, and each page looked up; nodes with memory: 0-1",
        "  bind to node 0        holds        1024 on node 0",
        "  bind to node 1        fails        24 of 1024 pages are elsewhere: 24 on node 0",
        "  local, CPU 0          unavailable  placement refused",
        "  preferably on node 1  unknown      24 of 1024 pages are elsewhere: 24 on node 0; "
          + "node 1 may have been full",
        "1 of 4 hold, 1 fail, 1 unavailable, 1 unknown",
      ])
    #expect(Self.report.failureCount == 1)
  }

  @Test(
    arguments: [
      ([0], .libnuma, " (with one node, every page is on it)"),
      ([0], .withoutLibnuma, " (one node assumed, this build has no libnuma)"),
      ([0], .withoutKernelSupport, " (one node assumed, the kernel offers no NUMA)"),
      ([0, 1], .systemFiles, ""),
    ] as [([NUMANode], NUMATopology.Source, String)])
  func oneNodeProvesLittle(nodes: [NUMANode], source: NUMATopology.Source, caveat: String) {
    let report = TrialReport(nodes: nodes, source: source, byteCount: 4096, [])
    #expect(report.failureCount == 0)
    #expect(report.lines.last == "0 of 0 hold, 0 fail, 0 unavailable, 0 unknown\(caveat)")
  }

  @Test func hasTheSameForPrograms() {
    #expect(
      Self.report.json.description
        == #"{"nodes":[0,1],"nodes_known_from":"libnuma","bytes":4194304,"failures":1,"policies":["#
        + #"{"policy":"bind","placement":"bind to node 0","verdict":"holds","#
        + #""detail":"1024 on node 0"},"#
        + #"{"policy":"bind","placement":"bind to node 1","verdict":"fails","#
        + #""detail":"24 of 1024 pages are elsewhere: 24 on node 0"},"#
        + #"{"policy":"local","placement":"local, CPU 0","verdict":"unavailable","#
        + #""detail":"placement refused"},"#
        + #"{"policy":"preferred","placement":"preferably on node 1","verdict":"unknown","#
        + #""detail":"24 of 1024 pages are elsewhere: 24 on node 0; node 1 may have been full"}]}"#)
  }
}
