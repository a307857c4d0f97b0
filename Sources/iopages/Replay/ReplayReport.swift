// What came of a replay, as lines for a person, as JSON for a program, and as a chart.

import FileCopying
import IOPages

/// The figures of a replay.
package struct ReplayReport {
  package let plan: ReplayPlan
  /// For each mark of the plan, the number of 2 MiB blocks that hold a live page.
  package let pinned: [Int]
  /// Of each timed round, ascending.
  package let nanosecondsPerEvent: [Double]
  /// The allocations that failed, in the round that had most of them.
  package let failureCount: Int
  package let regionPageCount: Int

  package init(
    plan: ReplayPlan, pinned: [Int], nanosecondsPerEvent: [Double], failureCount: Int,
    regionPageCount: Int
  ) {
    precondition(pinned.count == plan.marks.count, "There is one count for each mark.")
    precondition(!nanosecondsPerEvent.isEmpty, "A figure needs a sample.")
    self.plan = plan
    self.pinned = pinned
    self.nanosecondsPerEvent = nanosecondsPerEvent.sorted()
    self.failureCount = failureCount
    self.regionPageCount = regionPageCount
  }

  private var medianNanoseconds: Double { nanosecondsPerEvent[nanosecondsPerEvent.count / 2] }
  private var peakMark: ReplayPlan.Mark { plan.marks[plan.peak] }
  private var endMark: ReplayPlan.Mark { plan.marks[plan.marks.count - 1] }

  /// One object, in one line.
  package var json: JSONValue {
    .object([
      ("events", .integer(plan.eventCount)),
      ("nsPerEvent", .number((medianNanoseconds * 100).rounded() / 100)),
      ("failures", .integer(failureCount)),
      ("peakPages", .integer(plan.peakPageCount)),
      ("pinnedAtPeak", .integer(pinned[plan.peak])),
      ("minimalAtPeak", .integer(peakMark.minimalBlockCount)),
      ("linuxAtPeak", .integer(peakMark.recordedBlockCount)),
      ("pinnedAtEnd", .integer(pinned[pinned.count - 1])),
      ("minimalAtEnd", .integer(endMark.minimalBlockCount)),
      ("linuxAtEnd", .integer(endMark.recordedBlockCount)),
    ])
  }
}

extension ReplayReport {
  private static let rowCount = 16

  /// The figures, and a table of the 2 MiB blocks that hold a live page over time.
  package var lines: [String] {
    let threads = plan.lanes.count == 1 ? "one thread" : "\(plan.lanes.count) threads"
    let least = nanosecondsPerEvent[0].formatted(decimals: 2)
    return [
      "\(plan.eventCount) events on \(threads); at most \(plan.peakPageCount) pages live "
        + "(\(mebibytes(plan.peakPageCount)) MiB), in a region of \(regionPageCount) "
        + "(\(mebibytes(regionPageCount)) MiB)",
      "\(medianNanoseconds.formatted(decimals: 2)) ns per event (median of "
        + "\(nanosecondsPerEvent.count) replays, least \(least)), \(failureCount) failed "
        + (failureCount == 1 ? "allocation" : "allocations"),
      "blocks of 2 MiB that hold a live page:",
      Self.line("events", "live pages", "iopages", "least", "Linux", ""),
    ]
      + shownMarks.map { index in
        let mark = plan.marks[index]
        return Self.line(
          "\(mark.eventCount)", "\(mark.livePageCount)", "\(pinned[index])",
          "\(mark.minimalBlockCount)", "\(mark.recordedBlockCount)", name(ofMark: index))
      }
  }

  /// The marks of the table: some at equal distances, the peak and the end.
  private var shownMarks: [Int] {
    let last = plan.marks.count - 1
    let even = (1...Self.rowCount).map { last * $0 / Self.rowCount }
    return Set(even + [plan.peak, last]).sorted()
  }

  private func name(ofMark index: Int) -> String {
    let names = [(plan.peak, "the peak"), (plan.marks.count - 1, "the end")]
    return names.filter { $0.0 == index }.map(\.1).joined(separator: ", ")
  }

  private func mebibytes(_ pages: Int) -> String {
    (Double(pages * IOPage.pageSize) / Double(1 << 20)).formatted(decimals: 1)
  }

  private static func line(
    _ events: String, _ pages: String, _ ours: String, _ least: String, _ linux: String,
    _ note: String
  ) -> String {
    let columns =
      events.paddedLeft(to: 10) + pages.paddedLeft(to: 12) + ours.paddedLeft(to: 10)
      + least.paddedLeft(to: 8) + linux.paddedLeft(to: 8)
    return note.isEmpty ? columns : "\(columns)  \(note)"
  }
}

extension ReplayReport {
  /// The table as a picture, with all marks.
  package var chart: LineChart {
    func line(
      _ name: String, _ color: String, _ value: (Int) -> Int
    ) -> LineChart.Line {
      .init(
        name: name, color: color,
        points: plan.marks.indices.map { index in
          .init(x: Double(plan.marks[index].eventCount), y: Double(value(index)))
        })
    }
    return LineChart(
      title: "Blocks of 2 MiB that hold a live page", xLabel: "events", yLabel: "blocks",
      lines: [
        line("Linux", "#d55e00") { plan.marks[$0].recordedBlockCount },
        line("iopages", "#0072b2") { pinned[$0] },
        line("least possible", "#555555") { plan.marks[$0].minimalBlockCount },
      ])
  }
}
