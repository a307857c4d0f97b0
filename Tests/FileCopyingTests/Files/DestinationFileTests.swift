import FileCopying
import Glibc
import SystemPackage
import Testing

@Suite struct DestinationFileTests {
  @Test(arguments: [true, false])
  func isNotThereUntilItIsPublished(unnamed: Bool) throws {
    let directory = try TemporaryDirectory()
    let path = try newPath(directory)
    do {
      var destination = try DestinationFile(
        for: path, permissions: .ownerReadWrite, directly: false, unnamed: unnamed)
      _ = try destination.file.descriptor.writeAll(toAbsoluteOffset: 0, pattern(100))
      #expect(try !directory.names().contains("new"))
      if unnamed { #expect(try directory.names() == ["source"], "no file system here names it") }
      try destination.synchronize()
      try destination.publish()
      #expect(try directory.names() == ["source", "new"])
    }
    #expect(try content(of: path.target) == pattern(100), "still there when the value is gone")
  }

  @Test(arguments: [true, false])
  func goesAwayIfItIsNotPublished(unnamed: Bool) throws {
    let directory = try TemporaryDirectory()
    do {
      let destination = try DestinationFile(
        for: newPath(directory), permissions: .ownerReadWrite, directly: true, unnamed: unnamed)
      try destination.resize(to: 4096)
      #expect(try directory.names().count == (unnamed ? 1 : 2))
    }
    #expect(try directory.names() == ["source"])
  }

  @Test func replacesWhatIsThere() throws {
    let directory = try TemporaryDirectory()
    let path = try newPath(directory)
    try directory.makeFile("new", [9, 9, 9])
    var destination = try DestinationFile(
      for: path, permissions: .ownerReadWrite, directly: false)
    #expect(try content(of: path.target) == [9, 9, 9])
    try destination.publish()
    #expect(try content(of: path.target) == [])
    #expect(try directory.names() == ["source", "new"])
  }

  @Test func preallocationSetsTheSize() throws {
    let directory = try TemporaryDirectory()
    let destination = try DestinationFile(
      for: newPath(directory), permissions: .ownerReadWrite, directly: false)
    try destination.preallocate(byteCount: 0)
    #expect(try FileStatus(of: destination.file.descriptor).byteCount == 0)
    try destination.preallocate(byteCount: 10_001)
    #expect(try FileStatus(of: destination.file.descriptor).byteCount == 10_001)
    try destination.resize(to: 5)
    #expect(try FileStatus(of: destination.file.descriptor).byteCount == 5)
  }

  @Test func hasThePermissionsLessTheUmask() async {
    // In a process of its own, since the umask is the process's.
    await #expect(processExitsWith: .success) {
      umask(0o027)
      let directory = try TemporaryDirectory()
      for unnamed in [true, false] {
        let destination = try DestinationFile(
          for: newPath(directory), permissions: FilePermissions(rawValue: 0o755), directly: false,
          unnamed: unnamed)
        let status = try FileStatus(of: destination.file.descriptor)
        precondition(status.permissions == FilePermissions(rawValue: 0o750))
      }
    }
  }

  @Test func aDirectoryThatIsNotThereIsAnError() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", [1])
    let path = try DestinationPath(
      following: directory.file("none").appending("new"),
      source: (source, FileStatus(at: source, followingLinks: true)))
    do throws(CopyError) {
      _ = try DestinationFile(for: path, permissions: .ownerReadWrite, directly: false)
      Issue.record("the file was made")
    } catch {
      #expect(error.description == "cannot create \(path.target): No such file or directory")
    }
  }
}

/// The path of a file that is not there, beside a file that is.
private func newPath(_ directory: borrowing TemporaryDirectory) throws -> DestinationPath {
  let source = try directory.makeFile("source", [1])
  return try DestinationPath(
    following: directory.file("new"), source: (source, FileStatus(at: source, followingLinks: true))
  )
}
