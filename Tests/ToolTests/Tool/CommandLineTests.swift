import Testing

@Suite struct CommandLineTests {
  @Test(
    arguments: [
      [], ["copy"], ["topology"], ["numa-check"], ["map"], ["bench"], ["replay"], ["stress"],
    ])
  func helpHasAnExample(verb: [String]) throws {
    let outcome = try Tool.run(verb + ["--help"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("Example:"))
    #expect(outcome.output.contains("iopages \(verb.first ?? "copy")"))
  }

  @Test func copysHelpNamesItsDefaults() throws {
    let help = try Tool.run(["copy", "--help"]).output
    for text in ["(default: 64 MiB)", "--queue-depth", "transparent, 2M, 1G"] {
      #expect(help.contains(text))
    }
  }

  @Test func aCommandLineThatMakesNoSenseIsAUsageError() throws {
    try expectUsageError(["fly"], saying: "fly")
    try expectUsageError(["copy"], saying: "source")
    try expectUsageError(["copy", "a"], saying: "destination")
    try expectUsageError(["copy", "a", "b", "--queue-depth", "many"], saying: "many")
    try expectUsageError(["map", "--seed", "-1"], saying: "seed")
  }
}
