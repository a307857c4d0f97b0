import Foundation
import Glibc
import Testing

@Suite struct StressToolTests {
  @Test(
    arguments: [
      ["--threads", "1"], ["--threads", "3", "--trim", "1", "--drain", "1"],
      ["--orders", "0", "--region", "256K", "--fill", "1", "--buffers", "0"],
      ["--orders", "2-4", "--fill", "1.3", "--region", "1M"], ["--pool-set", "--region", "8M"],
      ["--cache-method", "exchange", "--bulk", "0.9"], ["--cache-method", "none", "--life", "50"],
      ["--backing", "file", "--population", "at-commit", "--region", "8M", "--trim", "1"],
      ["--handover", "0.8", "--buffers", "0.1", "--zeroed", "1"],
      ["--tags", "--wipe", "--poison", "--guards", "--quarantine", "100", "--drain", "1"],
    ])
  func aShortRunFindsNothing(shape: [String]) throws {
    let outcome = try Tool.run(
      ["stress", "--operations", "5000", "--seed", "5", "--json"] + shape)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let object = try jsonObject(outcome.output)
    #expect(Set(object.keys) == ["seed", "operations", "errors", "leakedPages", "seconds"])
    #expect(object["seed"] as? Int == 5)
    #expect(object["operations"] as? Int == 5000)
    #expect(object["errors"] as? Int == 0)
    #expect(object["leakedPages"] as? Int == 0)
    #expect(try #require(object["seconds"] as? Double) > 0)
  }

  @Test func theSeedAndTheCommandComeFirst() throws {
    let outcome = try Tool.run(
      ["stress", "--operations", "100", "--threads", "2", "--orders", "1-3", "--region", "1M"])
    #expect(outcome.status == 0)
    let first = try #require(outcome.errors.split(separator: "\n").first)
    let words = first.split(separator: " ")
    #expect(words.count > 2 && words[0] == "seed")
    let command = try #require(first.split(separator: ": ").last).split(separator: " ")
    #expect(command.starts(with: ["iopages", "stress", "--seed", words[1].dropLast()]))
    // The command is one, and does the same.
    let again = try Tool.run(command.dropFirst().map(String.init) + ["--json"])
    #expect(again.status == 0, "\(again.errors)")
    #expect(try jsonObject(again.output)["seed"] as? Int == Int(words[1].dropLast()))
    #expect(outcome.output.contains("no error, no leak: one set of maximal blocks again"))
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func aSignalEndsItInOrder(number: Int32) throws {
    let running = try Tool.start(
      ["stress", "--seconds", "600", "--threads", "2", "--region", "1M", "--json"],
      wrapper: ["env", "--default-signal=INT,TERM"])
    // Its threads are there.
    let tasks = "/proc/\(running.processIdentifier)/task"
    while running.isRunning {
      let count = (try? FileManager.default.contentsOfDirectory(atPath: tasks).count) ?? 0
      if count > 2 { break }
      usleep(1000)
    }
    kill(running.processIdentifier, number)
    let outcome = running.wait()
    #expect(!outcome.wasKilled)
    #expect(outcome.status == 128 + number)
    #expect(try jsonObject(outcome.output)["errors"] as? Int == 0)
  }

  @Test(
    arguments: [
      ("--threads", "0", "The number of threads must be in 1..."),
      ("--trim", "-1", "The number of threads beside the others"),
      ("--seconds", "-1", "The seconds must not be negative"),
      ("--operations", "-1", "The number of operations must not be negative"),
      ("--seed", "-1", "The seed must not be negative"),
      ("--orders", "3-2", "The orders must be a number from 0 to 18"),
      ("--orders", "0-19", "The orders must be a number from 0 to 18"),
      ("--fill", "0", "--fill must be more than 0"), ("--fill", "2.1", "at most 2"),
      ("--handover", "1.1", "--handover must be from 0 to 1"),
      ("--handover", "0.9", "must leave 0.1 for the rest"),
      ("--bulk", "nan", "--bulk must be from 0 to 1"),
      ("--life", "0", "The operations of a life must be positive"),
      ("--quarantine", "-1", "The pages in quarantine must not be negative"),
      ("--cache-method", "some", "The value 'some' is invalid"),
      ("--backing", "4M", "The value '4M' is invalid"),
      ("--population", "some", "The value 'some' is invalid"),
    ])
  func refusesACommandLineThatMakesNoSense(option: String, value: String, text: String) throws {
    try expectUsageError(["stress", option, value], saying: text)
  }

  @Test func aRegionThatCannotBeIsAnErrorOfTheTool() throws {
    let outcome = try Tool.run(["stress", "--region", "4097"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("iopages: invalid region size: 4097 bytes"))
  }
}
