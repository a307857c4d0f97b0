// iopages numa-check: whether this machine puts pages where it was told to.

import ArgumentParser
import FileCopying
import IOPages

struct NUMACheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "numa-check",
    abstract: "Try each placement policy and look where the pages are.",
    discussion: """
      For each policy and node a region is opened and brought into memory, and the kernel is asked \
      on which node each page is. A policy holds, fails, or is unavailable: the kernel does not have \
      it, or a container does not permit it. It is unknown where there is too little memory to tell, \
      or where nobody says on which node a page is. The exit status is 1 if one of them fails.

      Example:
        iopages numa-check --json
      """)

  @Option(
    parsing: .unconditional,
    help: "Memory for each policy, in whole pages. (default: 4M)", transform: ByteSize.argument)
  var size = ByteSize(byteCount: 4 << 20)

  @Flag(name: .customLong("json"), help: "Print one line of JSON.")
  var printsJSON = false

  func run() throws {
    guard size.byteCount > 0, size.byteCount.isMultiple(of: IOPage.pageSize) else {
      throw ToolError(
        "--size is a whole number of pages of 4096 bytes, not \(size.byteCount) bytes")
    }
    let processors = try Processors()
    let machine = TrialMachine(.current, cpus: processors.numbers.map(Int.init))
    let report = TrialReport(
      nodes: machine.nodes, source: machine.source, byteCount: size.byteCount,
      machine.trials.map { ($0, $0.run(byteCount: size.byteCount, processors)) })
    try writeToStandardOutput(
      printsJSON ? report.json.description : report.lines.joined(separator: "\n"))
    let failures = report.failureCount
    guard failures == 0 else {
      throw ToolError(
        failures == 1
          ? "one placement is not what was asked for"
          : "\(failures) placements are not what was asked for")
    }
  }
}
