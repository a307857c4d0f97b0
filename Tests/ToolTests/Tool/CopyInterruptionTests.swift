import Foundation
import Glibc
import Testing

@Suite struct CopyInterruptionTests {
  @Test(arguments: [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP")])
  func aSignalLeavesNothing(number: Int32, name: String) throws {
    let directory = try TemporaryDirectory()
    let running = try startLongCopy(directory)
    try waitUntilItWrites(running, directory)
    kill(running.processIdentifier, number)
    let outcome = running.wait()
    #expect(!outcome.wasKilled)
    #expect(outcome.status == 128 + number)
    #expect(outcome.errors == "iopages: interrupted by \(name), nothing was written\n")
    #expect(try directory.names() == ["source"])
  }

  @Test func beingKilledLeavesNoDestination() throws {
    let directory = try TemporaryDirectory()
    let running = try startLongCopy(directory)
    try waitUntilItWrites(running, directory)
    kill(running.processIdentifier, SIGKILL)
    let outcome = running.wait()
    #expect(outcome.wasKilled)
    let names = try directory.names()
    #expect(!names.contains("copy"))
    // Where the file system has files without names, not even a temporary one is left.
    #expect(names.allSatisfy { $0 == "source" || $0.hasPrefix(".iopages-") })
  }

  @Test func aSignalLeavesWhatWasThere() throws {
    let directory = try TemporaryDirectory()
    let copy = try directory.makeFile("copy", byteCount: 4321)
    let running = try startLongCopy(directory)
    try waitUntilItWrites(running, directory)
    kill(running.processIdentifier, SIGTERM)
    #expect(running.wait().status == 128 + SIGTERM)
    #expect(try FileManager.default.attributesOfItem(atPath: copy)[.size] as? Int == 4321)
    #expect(try directory.names() == ["source", "copy"])
  }

  /// A copy of single pages one by one, of a file so long that it takes many seconds.
  private func startLongCopy(_ directory: borrowing TemporaryDirectory) throws -> ChildProcess {
    let source = try directory.makeSparseFile("source", byteCount: 1 << 30)
    // What started the tests may ignore signals, as a shell does for commands in the background, and
    // the tool leaves an ignored signal ignored.
    return try Tool.start(
      ["copy", source, directory.file("copy"), "--block", "4K", "--queue-depth", "1"],
      wrapper: ["env", "--default-signal=INT,TERM,HUP"])
  }

  /// Returns when the tool has a file open, beside the source, in the directory: its temporary one.
  private func waitUntilItWrites(
    _ running: ChildProcess, _ directory: borrowing TemporaryDirectory
  ) throws {
    let descriptors = "/proc/\(running.processIdentifier)/fd"
    while running.isRunning {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: descriptors)) ?? []
      let files = names.compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "\(descriptors)/\($0)")
      }.filter { $0.hasPrefix(directory.path + "/") }
      if files.count == 2 { return }
      usleep(1000)
    }
    Issue.record("the copy ended before it could be interrupted")
  }
}
