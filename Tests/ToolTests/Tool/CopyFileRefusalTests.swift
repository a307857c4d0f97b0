import Foundation
import Glibc
import Testing

@Suite struct CopyFileRefusalTests {
  @Test func aSourceThatIsMissing() throws {
    let directory = try TemporaryDirectory()
    let source = directory.file("none")
    try expectFailure(
      ["copy", source, directory.file("copy")],
      saying: "cannot open \(source): No such file or directory")
    #expect(try directory.names() == [])
  }

  @Test(arguments: [("name/", "Not a directory"), ("none/", "No such file or directory")])
  func aSourceWithASlashBehindItsName(name: String, text: String) throws {
    let directory = try TemporaryDirectory()
    try directory.makeFile("name", byteCount: 10)
    let source = directory.file(name)
    try expectFailure(["copy", source, directory.file("copy")], saying: text)
    #expect(try directory.names() == ["name"])
  }

  @Test(arguments: [("name/", "Not a directory"), ("none/", "Is a directory")])
  func aDestinationWithASlashBehindItsName(name: String, text: String) throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("name", byteCount: 10)
    let copy = directory.file(name)
    try expectFailure(["copy", source, copy], saying: "cannot create \(copy): \(text)")
    #expect(try directory.names() == ["name"])
  }

  @Test func aSourceThatIsADirectory() throws {
    let directory = try TemporaryDirectory()
    try expectFailure(
      ["copy", directory.path, directory.file("copy")], saying: "is a directory")
    #expect(try directory.names() == [])
  }

  @Test func aSourceThatCannotBeRead() throws {
    guard let nobody = try Unprivileged() else { return }
    let directory = try TemporaryDirectory()
    try nobody.open(directory)
    let source = try directory.makeFile("source", byteCount: 10)
    // A terminated string for the length of the call.
    #expect(unsafe chmod(source, 0o000) == 0)
    try expectFailure(
      ["copy", source, directory.file("copy")],
      saying: "cannot open \(source): Permission denied", wrapper: nobody.wrapper,
      path: nobody.toolPath)
    #expect(try directory.names() == ["source"])
  }

  @Test func aSourceThatChangesWhileItIsCopied() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeSparseFile("source", byteCount: 64 << 20)
    // The tool takes much longer for so many single pages than the writer between two of its lines.
    let running = try Tool.start(
      ["copy", source, directory.file("copy"), "--block", "4K", "--queue-depth", "1", "--no-uring"])
    while running.isRunning {
      // A change of the times alone is enough. The path is terminated for the length of the call.
      #expect(unsafe utimensat(AT_FDCWD, source, nil, 0) == 0)
      usleep(500)
    }
    let outcome = running.wait()
    #expect(outcome.status == 1)
    #expect(
      outcome.errors
        == "iopages: \(source) changed while it was being copied, so the copy was dropped\n")
    #expect(try directory.names() == ["source"])
  }

  @Test(arguments: [("/proc/cpuinfo", "0 bytes"), ("/sys/devices/system/cpu/online", "4 KiB")])
  func aSourceWhoseSizeIsNotTrue(source: String, said: String) throws {
    let directory = try TemporaryDirectory()
    try expectFailure(
      ["copy", source, directory.file("copy"), "--verify"],
      saying: "the size of \(source) is not the \(said) that the system says")
    #expect(try directory.names() == [])
  }

  @Test func aDestinationOnAFullDisk() throws {
    guard let disk = try Mount("tmpfs", options: "size=1m") else { return }
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", byteCount: 2 << 20)
    let copy = "\(disk.path)/copy"
    try expectFailure(
      ["copy", source, copy], saying: "cannot write \(copy): No space left on device")
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == [])
  }

  @Test(arguments: [[], ["--no-uring"]])
  func aDestinationLargerThanTheProcessMayWrite(options: [String]) throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", byteCount: 2 << 20)
    let copy = directory.file("copy")
    try expectFailure(
      ["copy", source, copy] + options, saying: "cannot write \(copy): File too large: ",
      wrapper: withoutProfile + ["prlimit", "--fsize=1048576"])
    #expect(try directory.names() == ["source"])
  }

  @Test func aDestinationWithoutPermission() throws {
    guard let nobody = try Unprivileged() else { return }
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", byteCount: 10)
    #expect(unsafe chmod(source, 0o644) == 0)
    #expect(unsafe chmod(directory.path, 0o555) == 0)
    try expectFailure(
      ["copy", source, directory.file("copy")],
      saying: "cannot create \(directory.file("copy")): Permission denied",
      wrapper: nobody.wrapper, path: nobody.toolPath)
    #expect(unsafe chmod(directory.path, 0o755) == 0)
    #expect(try directory.names() == ["source"])
  }

  @Test func aDestinationThatMayNotBeWritten() throws {
    guard let nobody = try Unprivileged() else { return }
    let directory = try TemporaryDirectory()
    try nobody.open(directory)
    let source = try directory.makeFile("source", byteCount: 10)
    let copy = try directory.makeFile("copy", byteCount: 20)
    #expect(unsafe chmod(source, 0o644) == 0)
    #expect(unsafe chmod(copy, 0o444) == 0)
    try expectFailure(
      ["copy", source, copy], saying: "cannot write \(copy): Permission denied",
      wrapper: nobody.wrapper, path: nobody.toolPath)
    #expect(try FileManager.default.attributesOfItem(atPath: copy)[.size] as? Int == 20)
  }

  @Test func aDestinationThatIsTheSource() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", byteCount: 5000)
    // Both are terminated strings for the length of the call.
    #expect(unsafe symlink("source", directory.file("link")) == 0)
    for copy in [source, directory.file("link"), "\(directory.path)/./source"] {
      try expectFailure(["copy", source, copy], saying: "are the same file")
    }
    #expect(
      try FileManager.default.attributesOfItem(atPath: source)[.size] as? Int == 5000,
      "it is still there")
  }

  @Test func aDestinationThatIsADirectoryOrADevice() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", byteCount: 10)
    try expectFailure(["copy", source, directory.path], saying: "is a directory")
    try expectFailure(["copy", source, "/dev/null"], saying: "is not a regular file")
  }
}
