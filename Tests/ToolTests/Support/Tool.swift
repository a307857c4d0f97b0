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

  /// Starts the tool and does not wait for it.
  static func start(
    _ arguments: [String], wrapper: [String] = [], path: String = Tool.path
  ) throws -> ChildProcess {
    try ChildProcess(wrapper + [path] + arguments)
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
