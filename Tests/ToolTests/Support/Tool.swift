import Foundation
import Testing

/// The tool that was built beside this test bundle, run as a process of its own.
enum Tool {
  /// What a run left behind.
  struct Outcome {
    let status: Int32
    /// Whether a signal ended it; the status is its number then.
    let wasKilled: Bool
    let output: String
    let errors: String
  }

  /// The path of the tool.
  static let path: String = {
    let bundle =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: bundle).deletingLastPathComponent()
      .appendingPathComponent("iopages").path
  }()

  /// Runs the tool with these arguments; `wrapper` is a command that is to run it.
  static func run(
    _ arguments: [String], wrapper: [String] = [], path: String = Tool.path
  ) throws -> Outcome {
    try start(arguments, wrapper: wrapper, path: path).wait()
  }

  /// A run that has not been waited for.
  struct Running {
    let process: Process
    fileprivate let output = Pipe()
    fileprivate let errors = Pipe()

    /// Waits for the end. What the tool writes is less than a pipe holds, so it never waits for us.
    func wait() throws -> Outcome {
      process.waitUntilExit()
      return Outcome(
        status: process.terminationStatus,
        wasKilled: process.terminationReason == .uncaughtSignal,
        output: String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self),
        errors: String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self))
    }
  }

  /// Starts the tool and does not wait for it.
  static func start(
    _ arguments: [String], wrapper: [String] = [], path: String = Tool.path
  ) throws -> Running {
    let command = wrapper + [path] + arguments
    let running = Running(process: Process())
    running.process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    running.process.arguments = command
    running.process.standardOutput = running.output
    running.process.standardError = running.errors
    running.process.standardInput = FileHandle.nullDevice
    try running.process.run()
    return running
  }
}

/// Runs the tool and expects it to fail with one line that begins with its name and has `text`.
func expectFailure(
  _ arguments: [String], saying text: String, wrapper: [String] = [], path: String = Tool.path,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let outcome = try Tool.run(arguments, wrapper: wrapper, path: path)
  #expect(!outcome.wasKilled, sourceLocation: sourceLocation)
  #expect(outcome.status == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
  #expect(outcome.output == "", sourceLocation: sourceLocation)
  #expect(outcome.errors.hasPrefix("iopages: "), sourceLocation: sourceLocation)
  #expect(
    outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)",
    sourceLocation: sourceLocation)
  #expect(
    outcome.errors.contains(text), "\(outcome.errors)", sourceLocation: sourceLocation)
}

/// Runs the tool and expects it to refuse its command line, in words that have `text`.
func expectUsageError(
  _ arguments: [String], saying text: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let outcome = try Tool.run(arguments)
  #expect(outcome.status == 64, sourceLocation: sourceLocation)
  #expect(outcome.output == "", sourceLocation: sourceLocation)
  #expect(
    outcome.errors.contains(text), "\(outcome.errors)", sourceLocation: sourceLocation)
}

/// The object that the tool printed as one line of JSON.
func jsonObject(
  _ output: String, sourceLocation: SourceLocation = #_sourceLocation
) throws -> [String: Any] {
  #expect(output.split(separator: "\n").count == 1, sourceLocation: sourceLocation)
  return try #require(
    try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any],
    sourceLocation: sourceLocation)
}
