import FileCopying
import Foundation
import Glibc
import MemoryTestSupport
import SystemCallRefusal
import SystemPackage
import Testing

@Suite struct CopyToolTests {
  @Test func copiesAndSaysWhatWasGranted() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", byteCount: 1_000_001)
    let outcome = try Tool.run(["copy", source, directory.file("copy"), "--verify"])
    #expect(outcome.status == 0)
    #expect(outcome.errors == "", "no progress bar where nobody watches")
    #expect(outcome.output.hasPrefix("copied 1000001 bytes in "))
    #expect(outcome.output.contains("/s), verified\n"))
    #expect(outcome.output.contains("\ngranted: "))
    #expect(outcome.output.contains("huge pages: none"))
    #expect(outcome.output.contains("\npool of "))
    #expect(haveEqualContent(source, directory.file("copy")))
  }

  @Test func printsOneLineOfJSON() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", byteCount: 300_000)
    let outcome = try Tool.run(
      [
        "copy", source, directory.file("copy"), "--json", "--verify", "--block", "64K",
        "--queue-depth", "3", "--region", "1MiB",
      ])
    #expect(outcome.status == 0)
    let object = try jsonObject(outcome.output)
    #expect(object["bytes"] as? Int == 300_000)
    #expect(object["verified"] as? Bool == true)
    #expect((object["seconds"] as? Double ?? 0) > 0)
    let granted = try #require(object["granted"] as? [String: Any])
    #expect(granted["block"] as? Int == 65_536)
    #expect(granted["blocks"] as? Int == 3)
    #expect(granted["region"] as? Int == 1 << 20)
    #expect(granted["huge_pages"] as? String == "none")
    #expect(granted["huge_page_bytes"] is Int || granted["huge_page_bytes"] is NSNull)
    #expect(granted["placement_check"] as? String == "not_needed")
    #expect(granted["io_uring"] is Bool)
    #expect(granted["direct_writes"] is Bool)
  }

  @Test func doesWithoutARingIfAsked() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", byteCount: 300_000)
    let outcome = try Tool.run(["copy", source, directory.file("copy"), "--no-uring"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("granted: pread and pwrite;"))
    #expect(haveEqualContent(source, directory.file("copy")))
  }

  @Test func doesWithoutARingWhereTheKernelRefusesOne() async {
    await #expect(processExitsWith: .success) {
      guard refuse(SystemCallNumber.ioUringSetup) else {
        return cannotTest("seccomp", because: "no filter can be installed")
      }
      let directory = try TemporaryDirectory()
      let source = try directory.makeFile("source", byteCount: 300_000)
      let outcome = try Tool.run(["copy", source, directory.file("copy"), "--json"])
      #expect(outcome.status == 0)
      let granted = try jsonObject(outcome.output)["granted"] as? [String: Any]
      #expect(granted?["io_uring"] as? Bool == false)
      #expect(granted?["io_uring_refused"] as? String == "Operation not permitted")
      #expect(haveEqualContent(source, directory.file("copy")))
    }
  }

  @Test func doesWithoutFixedBuffersWhereTheKernelRefusesThem() async {
    await #expect(processExitsWith: .success) {
      guard refuse(SystemCallNumber.ioUringRegister) else {
        return cannotTest("seccomp", because: "no filter can be installed")
      }
      let directory = try TemporaryDirectory()
      let source = try directory.makeFile("source", byteCount: 300_000)
      let outcome = try Tool.run(["copy", source, directory.file("copy")])
      #expect(outcome.status == 0)
      #expect(
        outcome.output.contains(
          "granted: io_uring without fixed buffers, since they are refused (Operation not permitted);"
        ))
      #expect(haveEqualContent(source, directory.file("copy")))
    }
  }

  @Test func copiesThroughThePageCacheWhereThereAreNoDirectTransfers() throws {
    guard let ramfs = try Mount("ramfs", options: "") else { return }
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", byteCount: 300_001)
    let there = try Tool.run(["copy", source, "\(ramfs.path)/copy", "--verify"])
    #expect(there.status == 0)
    #expect(there.output.contains("; buffered writes;"))
    let back = try Tool.run(["copy", "\(ramfs.path)/copy", directory.file("back"), "--verify"])
    #expect(back.status == 0)
    #expect(back.output.contains("; buffered reads;"))
    #expect(haveEqualContent(source, directory.file("back")))
  }

  @Test func leavesNoFileWhereThereAreNeitherUnnamedFilesNorDirectTransfers() throws {
    guard let ramfs = try Mount("ramfs", options: "") else { return }
    let directory = try TemporaryDirectory()
    let source = FilePath(try directory.makeFile("source", byteCount: 1))
    let path = try DestinationPath(
      following: FilePath("\(ramfs.path)/copy"),
      source: (source, FileStatus(at: source, followingLinks: true)))
    do {
      let file = try DestinationFile(
        for: path, permissions: .ownerReadWrite, directly: true, unnamed: false)
      #expect(!file.file.isDirect)
      #expect(try FileManager.default.contentsOfDirectory(atPath: ramfs.path).count == 1)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: ramfs.path) == [])
  }

  @Test func copiesThroughTransparentHugePages() throws {
    let modes = try String(
      contentsOfFile: "/sys/kernel/mm/transparent_hugepage/enabled", encoding: .utf8)
    guard !modes.contains("[never]") else {
      return cannotTest("transparent-huge-pages", because: "they are switched off")
    }
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", byteCount: 300_001)
    let outcome = try Tool.run(
      ["copy", source, directory.file("copy"), "--huge-pages", "transparent"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("huge pages: transparent ("))
    #expect(outcome.output.contains("2 MiB committed of 64 MiB"))
    #expect(haveEqualContent(source, directory.file("copy")))
  }
}
