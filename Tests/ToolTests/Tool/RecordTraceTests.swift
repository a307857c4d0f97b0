import Foundation
import MemoryTestSupport
import Testing

@Suite struct RecordTraceTests {
  private static let script = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Scripts/record-trace").path

  private func record(_ arguments: [String]) throws -> Tool.Outcome {
    try ChildProcess([Self.script] + arguments).wait()
  }

  /// The text of a trace that the script has written.
  private func unpacked(_ path: String) throws -> [Substring] {
    let outcome = try ChildProcess(["gzip", "-dc", path]).wait()
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.output.split(separator: "\n")
  }

  @Test func convertsWhatTheKernelPrints() throws {
    let directory = try TemporaryDirectory()
    let events = directory.file("events")
    try Data(
      """
      #           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
          Web Content-7  [001] ..... 1.1: mm_page_alloc: page=a pfn=0x100 order=2 migratetype=1 g=G
          <...>-8  [000] ..... 1.2: mm_page_free: page=b pfn=0x999 order=0
          <...>-8  [000] ..... 1.3: mm_page_free: page=b pfn=0x101 order=0
          <...>-8  [003] ..... 1.4: mm_page_free: page=b pfn=0x102 order=1
          <...>-8  [002] ..... 1.5: mm_page_free: page=b pfn=0x100 order=0
          <...>-8  [000] ..... 1.6: mm_page_alloc: page=0 pfn=0x0 order=9 migratetype=1 g=G
          <...>-8  [000] ..... 1.7: mm_page_alloc: page=b pfn=0xfffffffffff order=0 migratetype=0
          <...>-8  [003] ..... 1.8: mm_page_alloc: page=b pfn=17592186044415 order=0 migratetype=2

      """.utf8
    ).write(to: URL(fileURLWithPath: events))
    let trace = directory.file("trace.gz")
    let outcome = try record([trace, "--convert", events])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("5 events, at most 4 pages live at once, 1 at the end"))
    #expect(
      try unpacked(trace) == [
        "a 1 2 0 1 256",
        // Freed in parts, and a free that was not reported before the page was allocated again.
        "f 2 2 0", "a 0 0 1 0 17592186044415", "f 3 0 1", "a 3 0 2 2 17592186044415",
      ])
    let replay = try Tool.run(["replay", trace, "--json"])
    #expect(replay.status == 0, "\(replay.errors)")
    #expect(try jsonObject(replay.output)["events"] as? Int == 5)
  }

  @Test func recordsThisMachine() throws {
    let directory = try TemporaryDirectory()
    let trace = directory.file("trace.gz")
    let file = try directory.makeSparseFile("large", byteCount: 8 << 20)
    let outcome = try record([trace, "--", "cp", "--sparse=never", file, directory.file("copy")])
    guard outcome.status == 0 else {
      cannotTest("tracefs", because: outcome.errors)
      return
    }
    let replay = try Tool.run(["replay", trace, "--threads", "recorded", "--json"])
    #expect(replay.status == 0, "\(replay.errors)")
    #expect(try #require(try jsonObject(replay.output)["events"] as? Int) > 0)
  }

  @Test func refusesWhatMakesNoSense() throws {
    let directory = try TemporaryDirectory()
    let trace = directory.file("trace.gz")
    for arguments in [[], [trace, "--seconds"], [trace, "--buffer", "0"], ["--fly", trace]] {
      let outcome = try record(arguments)
      #expect(outcome.status == 64)
      #expect(outcome.errors.hasPrefix("Usage: Scripts/record-trace "))
    }
    let both = try record([trace, "--seconds", "1", "true"])
    #expect(both.status == 1)
    #expect(both.errors == "record-trace: give a command, or --seconds, or --convert\n")
    let missing = directory.file("missing")
    let unreadable = try record([trace, "--convert", missing])
    #expect(unreadable.status == 1)
    #expect(unreadable.errors == "record-trace: cannot read \(missing)\n")
    let empty = try record([trace, "--convert", "/dev/null"])
    #expect(empty.status == 1)
    #expect(empty.errors.hasPrefix("record-trace: not one page was allocated meanwhile"))
    #expect(try directory.names() == [])
  }

  @Test func saysThatItNeedsRoot() throws {
    guard let user = try Unprivileged() else { return }
    let directory = try TemporaryDirectory()
    try user.open(directory)
    // A copy: a checkout may be nobody else's.
    let script = directory.file("record-trace")
    try FileManager.default.copyItem(atPath: Self.script, toPath: script)
    let outcome = try ChildProcess(user.wrapper + ["bash", script, directory.file("t")]).wait()
    #expect(outcome.status == 1)
    #expect(
      outcome.errors
        == "record-trace: the kernel lets only root record its events: run it with sudo\n")
  }
}
