import Testing

@testable import iopages

/// A report of two figures and an absent peer.
func makeBenchReport() -> BenchReport {
  let pair = BenchFigure(workload: .pair, metric: "pair", unit: .nanoseconds)
  let rate = BenchFigure(workload: .threads, metric: "pair", threads: 2, unit: .operationRate)
  return BenchReport(
    machine: BenchMachine(),
    results: [
      BenchResult(pair, subject: .pages, samples: [2, 4, 6]),
      BenchResult(rate, subject: .pages, samples: [100, 200, 400]),
      BenchResult(pair, subject: .glibc, samples: [30, 40, 50]),
    ],
    absent: [AbsentSubject(name: .jemalloc, reason: "not found", package: "libjemalloc2")])
}

@Suite struct BenchReportTests {
  @Test func putsTheSubjectsOfAFigureTogether() {
    let groups = makeBenchReport().groups
    #expect(groups.map(\.figure.title) == ["W1 pair", "W5 pair, 2 threads"])
    #expect(groups.map { $0.results.map(\.subject) } == [[.pages, .glibc], [.pages]])
  }

  @Test func printsMinimaMediansAndRatios() throws {
    let lines = makeBenchReport().lines
    let words = lines.map { $0.split(separator: " ").map(String.init) }
    #expect(words.contains(["iopages", "2.00", "4.00", "1.00", "3"]))
    #expect(words.contains(["glibc", "30.00", "40.00", "10.00", "3"]))
    #expect(
      words.contains(["iopages", "400.00", "200.00", "1.00", "3"]), "the best rate is the highest")
    #expect(lines.contains { $0.hasPrefix("W1 pair [ns]") && $0.contains("minimum") })
    #expect(lines.contains { $0.hasPrefix("W5 pair, 2 threads [Mops/s]") && $0.contains("best") })
  }

  @Test func saysHowPeersAreCalledAndWhichAreMissing() {
    let text = makeBenchReport().lines.joined(separator: "\n")
    #expect(text.contains("called through pointers"))
    #expect(text.contains("jemalloc: not found; apt-get install libjemalloc2"))
  }

  @Test func hasNoRatioWithoutOurs() {
    var report = makeBenchReport()
    report.results.removeFirst(2)
    let words = report.lines.map { $0.split(separator: " ").map(String.init) }
    #expect(words.contains(["glibc", "30.00", "40.00", "-", "3"]))
  }

  @Test func comparesWithWhatTheWorkloadNames() {
    let figure = BenchFigure(workload: .headers, metric: "parse", unit: .nanoseconds)
    let report = BenchReport(
      machine: BenchMachine(),
      results: [
        BenchResult(figure, subject: .pageBuffer, samples: [3]),
        BenchResult(figure, subject: .c, samples: [4]),
      ])
    let words = report.lines.map { $0.split(separator: " ").map(String.init) }
    #expect(words.contains(["W12", "parse", "[ns]", "minimum", "median", "median/c", "samples"]))
    #expect(words.contains(["page-buffer", "3.00", "3.00", "0.75", "1"]))
    #expect(words.contains(["c", "4.00", "4.00", "1.00", "1"]))
  }

  @Test func listsTheAbsentInJSON() {
    let text = makeBenchReport().json.description
    #expect(text.hasPrefix(#"{"machine":{"processor":"#))
    #expect(
      text.contains(
        #""absent":[{"subject":"jemalloc","reason":"not found","package":"libjemalloc2"}]"#))
  }
}
