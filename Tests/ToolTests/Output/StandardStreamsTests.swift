import Glibc
import Testing

@Suite struct StandardStreamsTests {
  static let verbs = [
    ["map", "--region", "1M"], ["bench", "--workload", "W7", "--samples", "1"], ["topology"],
    ["--help"],
    ["copy", "--help"],
  ]

  static let outputs = [
    (redirection: ">/dev/full", text: "No space left on device"),
    (redirection: ">&-", text: "Bad file descriptor"),
  ]

  @Test(arguments: verbs, outputs)
  func aReportThatCannotBeWrittenIsAFailure(
    verb: [String], output: (redirection: String, text: String)
  ) throws {
    try expectFailure(
      verb, saying: "iopages: cannot write to standard output: \(output.text)",
      wrapper: Self.shell(output.redirection))
  }

  @Test func aReaderThatHasGoneIsAFailure() throws {
    // The reader's end of the pipe is closed before the tool begins.
    let outcome = try Tool.run(
      ["map"],
      wrapper: [
        "bash", "-c", #"{ sleep 0.3; "$@"; echo "status $?" >&2; } | exec true"#, "bash",
      ])
    #expect(
      outcome.errors == "iopages: cannot write to standard output: Broken pipe\nstatus 1\n")
  }

  @Test(arguments: [">/dev/full", ">&-", "<&- >&- 2>&-"])
  func aCopyWhoseReportIsLostIsComplete(redirections: String) throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", byteCount: 10_000)
    let outcome = try Tool.run(
      ["copy", source, directory.file("copy")], wrapper: Self.shell(redirections))
    #expect(outcome.status == 1)
    if !redirections.contains("2>") {
      #expect(outcome.errors.contains("copy is complete, but its report is lost: cannot write to"))
    }
    // With all three closed, neither file has taken the place of one, and got the text.
    #expect(haveEqualContent(source, directory.file("copy")))
    #expect(try directory.names() == ["source", "copy"])
  }

  /// A command that runs the next one with its streams redirected.
  private static func shell(_ redirections: String) -> [String] {
    ["bash", "-c", #"exec "$@" "# + redirections, "bash"]
  }
}
