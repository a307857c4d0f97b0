import Foundation
import MemoryTestSupport
import Testing

@testable import iopages

@Suite struct RecordCaptureTests {
  private static let script = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Scripts/record-capture").path

  private func record(_ arguments: [String]) throws -> Tool.Outcome {
    try ChildProcess([Self.script] + arguments).wait()
  }

  @Test func recordsANetworkOfItsOwn() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("capture.pcap")
    let outcome = try record([path])
    // What this machine lacks; anything else that goes wrong is the script's.
    if outcome.status == 77 {
      cannotTest("network-namespaces", because: outcome.errors)
      return
    }
    try #require(outcome.status == 0, "\(outcome.errors)")
    let frames = try CaptureFile(path: path).frames
    #expect(outcome.output.contains("\(frames.count) frames"), "\(outcome.output)")
    let totals = try #require(
      try CapturedFrames(CaptureFile(path: path)).totals(of: .c, .checksum, times: 1))
    #expect(totals.datagrams > 100)
    #expect(totals.datagrams < frames.count, "some are something else")
  }

  @Test func refusesWhatMakesNoSense() throws {
    let directory = try TemporaryDirectory()
    for arguments in [[], [directory.file("a"), directory.file("b")], ["--fly"]] {
      let outcome = try record(arguments)
      #expect(outcome.status == 64)
      #expect(outcome.errors == "Usage: Scripts/record-capture FILE.pcap\n")
    }
    #expect(try directory.names() == [])
  }

  @Test func saysThatItNeedsRoot() throws {
    guard let user = try Unprivileged() else { return }
    let directory = try TemporaryDirectory()
    try user.open(directory)
    // A copy: a checkout may be nobody else's.
    let script = directory.file("record-capture")
    try FileManager.default.copyItem(atPath: Self.script, toPath: script)
    let outcome = try ChildProcess(user.wrapper + ["bash", script, directory.file("c")]).wait()
    #expect(outcome.status == 1)
    #expect(
      outcome.errors
        == "record-capture: only root may make network namespaces: run it with sudo\n")
  }
}
