// The tool. Exit status: 0 if what was asked for is done, 64 if the command line makes no sense
// (ArgumentParser says how it would), 128 + n if signal n ended a copy or a stress, as shells have it,
// and 1 for anything else; with one line on standard error.

import ArgumentParser
import FileCopying
import Glibc
import IOPages

@main
struct IOPagesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "iopages",
    abstract: "Page memory for device drivers, at work.",
    discussion: """
      Example:
        iopages copy disk.img backup.img --verify
      """,
    subcommands: [
      CopyCommand.self, TopologyCommand.self, NUMACheckCommand.self, MapCommand.self,
      BenchCommand.self, ReplayCommand.self, StressCommand.self,
    ])

  static func main() {
    StandardStreams.prepare()
    do {
      do {
        var command = try parseAsRoot()
        try command.run()
      } catch let error where exitCode(for: error) == .success {
        // A request for help.
        try writeToStandardOutput(fullMessage(for: error))
      }
    } catch let error as CopyError {
      if case .interrupted(let signal) = error { fail(error, status: 128 + signal) }
      fail(error)
    } catch let error as RegionError {
      fail(ToolError(error.commandLineDescription))
    } catch let error as OutOfMemory {
      fail(error)
    } catch let error as ToolError {
      fail(error)
    } catch {
      // A command line that makes no sense.
      exit(withError: error)
    }
  }

  private static func fail(
    _ error: some Error & CustomStringConvertible, status: Int32 = EXIT_FAILURE
  ) -> Never {
    writeToStandardError("iopages: \(error)\n")
    Glibc.exit(status)
  }
}
