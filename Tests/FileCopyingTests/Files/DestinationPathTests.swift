import FileCopying
import Glibc
import SystemPackage
import Testing

@Suite struct DestinationPathTests {
  @Test func aPathWithoutAFileIsFine() throws {
    let directory = try TemporaryDirectory()
    let path = try destination(directory.file("new"), directory)
    #expect(path.target == directory.file("new"))
    #expect(path.directory == directory.path)
  }

  @Test func aNameAloneIsInTheWorkingDirectory() throws {
    let directory = try TemporaryDirectory()
    #expect(try destination("no-such-file-here", directory).directory == ".")
  }

  @Test func followsLinksToTheirEnd() throws {
    let directory = try TemporaryDirectory()
    try directory.makeFile("file", [1])
    try makeLink("relative", to: "file", in: directory)
    try makeLink("absolute", to: directory.file("relative").string, in: directory)
    #expect(try destination(directory.file("absolute"), directory).target == directory.file("file"))
  }

  @Test func aLinkMayLeadToNothing() throws {
    let directory = try TemporaryDirectory()
    try makeLink("link", to: "new", in: directory)
    #expect(try destination(directory.file("link"), directory).target == directory.file("new"))
  }

  @Test func refusesLinksInACircle() throws {
    let directory = try TemporaryDirectory()
    try makeLink("one", to: "two", in: directory)
    try makeLink("two", to: "one", in: directory)
    #expect(throws: CopyError.self) { try destination(directory.file("one"), directory) }
  }

  @Test func refusesAnEmptyPath() throws {
    let directory = try TemporaryDirectory()
    #expect(throws: CopyError.self) { try destination("", directory) }
  }

  @Test func refusesADirectoryAndADevice() throws {
    let directory = try TemporaryDirectory()
    for (path, text) in [
      (directory.path, "is a directory"), ("/dev/null", "is not a regular file"),
    ] {
      let error = #expect(throws: CopyError.self) { try destination(path, directory) }
      #expect(error?.description.contains(text) == true)
    }
  }

  @Test func refusesTheSourceUnderAnyName() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", [1])
    try makeLink("symbolic", to: "source", in: directory)
    // Both are terminated strings for the length of the call.
    #expect(unsafe link(source.string, directory.file("hard").string) == 0)
    for name in ["source", "symbolic", "hard"] {
      let error = #expect(throws: CopyError.self) {
        try destination(directory.file(name), directory)
      }
      #expect(error?.description.contains("are the same file") == true)
    }
  }

  /// The destination `path` of a copy of the file "source", which is made if it is not there.
  private func destination(
    _ path: FilePath, _ directory: borrowing TemporaryDirectory
  ) throws -> DestinationPath {
    if try !directory.names().contains("source") { try directory.makeFile("source", [1]) }
    let source = directory.file("source")
    return try DestinationPath(
      following: path, source: (source, FileStatus(at: source, followingLinks: true)))
  }

  private func makeLink(
    _ name: String, to target: String, in directory: borrowing TemporaryDirectory
  ) throws {
    // Both are terminated strings for the length of the call.
    try #require(unsafe symlink(target, directory.file(name).string) == 0)
  }
}
