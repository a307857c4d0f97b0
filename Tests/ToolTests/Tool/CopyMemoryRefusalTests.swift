import Foundation
import Glibc
import MemoryTestSupport
import SystemCallRefusal
import Testing

@Suite struct CopyMemoryRefusalTests {
  @Test(
    arguments: [
      ("0", "invalid region size: 0 bytes"), ("-64M", "invalid region size: -67108864 bytes"),
      ("262145", "invalid region size: 262145 bytes"),
      ("5000", "Give --region a whole number of pages of 4096 bytes"),
      ("4E", "larger than the address space"), ("128K", "a block of 256 KiB does not fit"),
    ])
  func aRegionThatCannotBe(region: String, text: String) throws {
    try expectRefusal(["--region", region], saying: text)
  }

  @Test(
    arguments: [
      ("128M", "a block of 128 MiB does not fit a region of 64 MiB"),
      ("0", "a block of 0 bytes is not a whole number of pages"),
      ("-4K", "a block of -4 KiB is not a whole number of pages"),
      ("4097", "a block of 4097 bytes is not a whole number of pages"),
    ])
  func aBlockThatCannotBe(block: String, text: String) throws {
    try expectRefusal(["--block", block], saying: text)
  }

  @Test(arguments: ["0", "-1", "4097"])
  func aQueueDepthThatCannotBe(depth: String) throws {
    try expectRefusal(
      ["--queue-depth", depth], saying: "a queue depth of \(depth) is not within 1 to 4096")
  }

  @Test(arguments: ["64Q", "abc", "1.5G", ""])
  func aSizeThatIsNone(text: String) throws {
    try expectUsageError(
      ["copy", "a", "b", "--region", text], saying: "'\(text)' is not a size: write bytes as 4096")
  }

  @Test func moreBytesThanANumberHolds() throws {
    try expectUsageError(
      ["copy", "a", "b", "--region", "8E"], saying: "more bytes than an address has bits for")
  }

  @Test func hugePagesOfAnUnknownSize() throws {
    try expectUsageError(["copy", "a", "b", "--huge-pages", "3M"], saying: "3M")
  }

  @Test func hugePagesWhereNoneAreFree() throws {
    try withMachineHugePages {
      let free = try String(
        contentsOfFile: "/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages",
        encoding: .utf8
      )
      guard free == "0\n" else {
        return cannotTest("no-huge-pages", because: "huge pages of 1 GiB are reserved here")
      }
      try expectRefusal(
        ["--huge-pages", "1G", "--region", "1G"],
        saying: "huge pages unavailable: 1 of 1 GiB needed")
    }
  }

  @Test(arguments: ["9999", "-1"])
  func aNodeThatDoesNotExist(node: String) throws {
    try expectRefusal(["--numa-node", node], saying: refusal("node \(node)"))
  }

  @Test func aMemlockLimitThatIsTooLow() throws {
    guard let nobody = try Unprivileged() else { return }
    let directory = try TemporaryDirectory()
    try nobody.open(directory)
    let source = try directory.makeFile("source", byteCount: 1 << 20)
    #expect(unsafe chmod(source, 0o644) == 0)
    let wrapper = ["prlimit", "--memlock=65536:65536"] + nobody.wrapper
    try expectFailure(
      ["copy", source, directory.file("copy")],
      saying: "the memlock limit does not allow io_uring to pin 1 MiB: raise it (ulimit -l)",
      wrapper: wrapper, path: nobody.toolPath)
    #expect(try directory.names() == ["source"])
    // The way out that the message names.
    let outcome = try Tool.run(
      ["copy", source, directory.file("copy"), "--no-uring"], wrapper: wrapper,
      path: nobody.toolPath)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func placementThatAContainerRefuses() async {
    await #expect(processExitsWith: .success) {
      guard refuse(SystemCallNumber.mbind) else {
        return cannotTest("seccomp", because: "no filter can be installed")
      }
      try expectRefusal(["--numa-node", "0"], saying: refusal("placement refused"))
    }
  }
}

/// Expects a copy with these options to fail and to leave nothing behind.
private func expectRefusal(
  _ options: [String], saying text: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let directory = try TemporaryDirectory()
  let source = try directory.makeFile("source", byteCount: 10_000)
  try expectFailure(
    ["copy", source, directory.file("copy")] + options, saying: text,
    sourceLocation: sourceLocation)
  #expect(try directory.names() == ["source"], sourceLocation: sourceLocation)
}
