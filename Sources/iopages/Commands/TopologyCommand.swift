// iopages topology: what memory the machine has, where, and what of it a region would be granted.

import ArgumentParser
import FileCopying
import IOPages

struct TopologyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "topology",
    abstract: "Show the machine's memory nodes, its limits and what it grants.",
    discussion: """
      Each option of copy is tried with the memory that a copy takes by default, since settings \
      alone do not tell what a container or a limit refuses.

      Example:
        iopages topology --json
      """)

  @Flag(name: .customLong("json"), help: "Print one line of JSON.")
  var printsJSON = false

  func run() throws {
    let report = MachineReport()
    try writeToStandardOutput(
      printsJSON ? report.json.description : report.lines.joined(separator: "\n"))
  }
}
