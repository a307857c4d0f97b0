// iopages bench: what things cost, measured in one process.

import ArgumentParser
import FileCopying
import IOPages

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure what the memory subsystem costs on this machine.",
    discussion: """
      Workload W7 opens a region of 1 GiB, 64 GiB and 1 TiB with nothing committed, and a pool over \
      it: the time, the resident memory more than before, and the metadata for each page.

      Minimum and median are printed. Run it on an idle machine, in a release build.

      Example:
        iopages bench --workload W7 --json
      """)

  @Option(help: "The workloads to run, separated by commas. (default: all)")
  var workload: String?

  @Option(help: "How often each figure is taken.")
  var samples = 51

  @Flag(name: .customLong("json"), help: "Print one line of JSON.")
  var printsJSON = false

  func validate() throws {
    guard (1...100_000).contains(samples) else {
      throw ValidationError("The number of samples must be in 1...100000.")
    }
    for name in workloadNames where BenchWorkload(rawValue: name) == nil {
      throw ValidationError(
        "There is no workload \(name); there are \(BenchWorkload.names.joined(separator: ", ")).")
    }
  }

  private var workloadNames: [String] {
    workload?.split(separator: ",").map(String.init) ?? BenchWorkload.names
  }

  func run() throws {
    var results: [BenchResult] = []
    for workload in workloadNames.compactMap(BenchWorkload.init) {
      switch workload {
      case .opening: results += try OpeningWorkload(samples: samples).run()
      }
    }
    let report = BenchReport(results: results)
    try writeToStandardOutput(
      printsJSON ? report.json.description : report.lines.joined(separator: "\n"))
  }
}

/// The workloads, by their names in the tables of docs/Performance.md.
enum BenchWorkload: String, CaseIterable {
  case opening = "W7"

  static var names: [String] { allCases.map(\.rawValue) }
}
