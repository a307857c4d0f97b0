import Foundation
import FoundationXML
import Testing

@Suite struct ReplayToolTests {
  @Test(arguments: ["one", "recorded"])
  func theShortTraceFitsAndItsFiguresAgree(threads: String) throws {
    let outcome = try Tool.run(
      ["replay", ShortTrace.path, "--factor", "1.25", "--threads", threads, "--json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let object = try jsonObject(outcome.output)
    #expect(
      Set(object.keys) == [
        "events", "nsPerEvent", "failures", "peakPages", "pinnedAtPeak", "minimalAtPeak",
        "linuxAtPeak", "pinnedAtEnd", "minimalAtEnd", "linuxAtEnd",
      ])
    #expect(object["events"] as? Int == ShortTrace.eventCount)
    #expect(object["failures"] as? Int == 0)
    #expect(object["peakPages"] as? Int == ShortTrace.peakPageCount)
    for instant in ["Peak", "End"] {
      #expect(object["minimalAt\(instant)"] as? Int == ShortTrace.minimalBlockCount)
      #expect(object["linuxAt\(instant)"] as? Int == ShortTrace.linuxBlockCount)
      let pinned = try #require(object["pinnedAt\(instant)"] as? Int)
      #expect(pinned >= ShortTrace.minimalBlockCount)
      // The region has no more.
      #expect(pinned <= ShortTrace.peakPageCount * 5 / 4 / 512 + 1)
    }
    #expect(try #require(object["nsPerEvent"] as? Double) > 0)
  }

  @Test func printsATableAndDrawsAChart() throws {
    let directory = try TemporaryDirectory()
    let chart = directory.file("chart.svg")
    let outcome = try Tool.run(["replay", ShortTrace.path, "--svg", chart])
    #expect(outcome.status == 0, "\(outcome.errors)")
    for text in [" ns per event", "0 failed allocations", "live pages", "the peak, the end"] {
      #expect(outcome.output.contains(text), "\(outcome.output)")
    }
    let document = try Data(contentsOf: URL(fileURLWithPath: chart))
    #expect(XMLParser(data: document).parse())
    #expect(try directory.names() == ["chart.svg"])
  }

  @Test func countsWhatFails() throws {
    let outcome = try Tool.run(["replay", ShortTrace.path, "--factor", "0.5", "--json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let object = try jsonObject(outcome.output)
    #expect(try #require(object["failures"] as? Int) > 0)
    #expect(try #require(object["pinnedAtPeak"] as? Int) <= ShortTrace.minimalBlockCount / 2)
  }

  @Test func plainTextIsATraceToo() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("short.trace")
    try Data("a 0 0 1 0 0\na 1 9 2 0 512\nf 1 0 1\n".utf8).write(to: URL(fileURLWithPath: path))
    let object = try jsonObject(try Tool.run(["replay", path, "--json"]).output)
    #expect(object["events"] as? Int == 3)
    #expect(object["peakPages"] as? Int == 513)
    #expect(object["pinnedAtPeak"] as? Int == 2)
    #expect(object["pinnedAtEnd"] as? Int == 1)
  }

  @Test func refusesWhatIsNoTrace() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("trace")
    let url = URL(fileURLWithPath: path)
    try expectFailure(["replay", path], saying: "\(path): cannot open: No such file or directory")
    try Data().write(to: url)
    try expectFailure(["replay", path], saying: "\(path): the trace has no event")
    try Data("a 0 0 1 0 0\nf 0 0\n".utf8).write(to: url)
    try expectFailure(["replay", path], saying: "\(path), line 2: 'f 0 0' is neither")
    try Data("a 0 0 1 0 0\nf 0 0 2\n".utf8).write(to: url)
    try expectFailure(["replay", path], saying: "\(path), line 2: there is no live allocation 2")
    try Data([0x1f, 0x8b, 0x08, 0x00]).write(to: url)
    try expectFailure(["replay", path], saying: "\(path): gzip cannot unpack it (status 1)")
    try expectFailure(
      ["replay", ShortTrace.path, "--svg", directory.file("missing/chart.svg")],
      saying: "cannot write \(directory.file("missing/chart.svg")): No such file or directory")
  }

  @Test(arguments: ["0", "-1", "1025", "nan", "inf"])
  func refusesAFactorThatCannotBe(factor: String) throws {
    try expectUsageError(
      ["replay", ShortTrace.path, "--factor", factor],
      saying: "The factor must be more than 0 and at most 1024")
  }

  @Test func refusesACommandLineThatMakesNoSense() throws {
    try expectUsageError(["replay"], saying: "trace")
    try expectUsageError(["replay", "trace", "--factor", "many"], saying: "many")
    try expectUsageError(["replay", "trace", "--threads", "2"], saying: "one, recorded")
  }
}
