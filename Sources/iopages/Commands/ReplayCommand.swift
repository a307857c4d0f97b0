// iopages replay: what a real system asked its page allocator for, asked of this one.

import ArgumentParser
import IOPages
import SystemPackage

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Replay a recorded Linux page-allocator trace.",
    discussion: """
      The trace is replayed through the public interface, page by page and never touched. Printed \
      are the nanoseconds per event, the failed allocations, and over time the number of 2 MiB \
      blocks that hold at least one live page: here, at least, and where the trace was recorded.

      A trace has one event in a line, 'a CPU ORDER ID MIGRATETYPE PFN' or 'f CPU ORDER ID', plain \
      or packed by gzip; Scripts/record-trace records one.

      With a thread for each recorded processor, the threads meet every few hundred events, and a \
      free waits for its allocation; time spent waiting does not count. The nanoseconds are those \
      of all threads together.

      Example:
        iopages replay linux-build.trace.gz --factor 1.25
      """)

  @Argument(help: "The recorded trace.", completion: .file())
  var trace: String

  @Option(
    parsing: .unconditional,
    help: "The size of the region as a multiple of the most pages that were live at once.")
  var factor = 4.0

  @Option(help: "One thread, or one for each recorded processor: one, recorded.")
  var threads = LaneAssignment.one

  @Option(help: "Draw the 2 MiB blocks over time into this file.", completion: .file())
  var svg: String?

  @Flag(name: .customLong("json"), help: "Print one line of JSON.")
  var printsJSON = false

  func validate() throws {
    // The upper limit keeps a mistake from reserving more than there is of address space.
    guard factor > 0, factor <= 1024 else {
      throw ValidationError("The factor must be more than 0 and at most 1024, not \(factor).")
    }
  }

  func run() throws {
    let report = try replay().run()
    if let svg { try write(report.chart.svg, to: svg) }
    try writeToStandardOutput(
      printsJSON
        ? report.json.description
        : ([BenchMachine().description] + report.lines).joined(separator: "\n"))
  }

  private func replay() throws -> Replay {
    do throws(TraceError) {
      let events = try TraceParser.events(in: TraceFile.text(at: trace))
      return try Replay(events, assignment: threads, factor: factor)
    } catch {
      let place = error.line.map { ", line \($0)" } ?? ""
      throw ToolError("\(trace)\(place): \(error.reason)")
    }
  }

  private func write(_ text: String, to path: String) throws {
    do {
      // A path that is copied before the call returns.
      let file = try unsafe FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      try file.closeAfter { _ = try file.writeAll(text.utf8) }
    } catch {
      throw ToolError("cannot write \(path): \(error)")
    }
  }
}

extension LaneAssignment: ExpressibleByArgument {}
