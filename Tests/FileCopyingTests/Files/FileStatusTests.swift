import FileCopying
import Glibc
import SystemPackage
import Testing

@Suite struct FileStatusTests {
  @Test func tellsTheKindsApart() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.makeFile("file", [1, 2, 3])
    let link = directory.file("link")
    // Both are terminated strings for the length of the call.
    #expect(unsafe symlink("file", link.string) == 0)
    #expect(try FileStatus(at: file, followingLinks: true).kind == .regular)
    #expect(try FileStatus(at: directory.path, followingLinks: true).kind == .directory)
    #expect(try FileStatus(at: link, followingLinks: false).kind == .symbolicLink)
    #expect(try FileStatus(at: link, followingLinks: true).kind == .regular)
    #expect(try FileStatus(at: "/dev/null", followingLinks: true).kind == .other)
  }

  @Test func knowsLengthAndPermissions() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.makeFile("file", [1, 2, 3])
    #expect(unsafe chmod(file.string, 0o4751) == 0)
    let status = try FileStatus(at: file, followingLinks: true)
    #expect(status.byteCount == 3)
    #expect(status.permissions == FilePermissions(rawValue: 0o751), "no set-user-ID bit")
  }

  @Test func aHardLinkIsTheSameFileAndACopyIsNot() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.makeFile("file", [1])
    let twin = try directory.makeFile("twin", [1])
    let link = directory.file("link")
    #expect(unsafe Glibc.link(file.string, link.string) == 0)
    let status = try FileStatus(at: file, followingLinks: true)
    #expect(status.isSameFile(as: try FileStatus(at: link, followingLinks: true)))
    #expect(!status.isSameFile(as: try FileStatus(at: twin, followingLinks: true)))
  }

  @Test func seesChangesOfLengthOfTimesAndOfIdentity() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.makeFile("file", [1])
    let before = try FileStatus(at: path, followingLinks: true)
    #expect(try FileStatus(at: path, followingLinks: true).isUnchanged(since: before))

    // The modification time alone, the length as before.
    var times = [timespec(tv_sec: 1, tv_nsec: 1), timespec(tv_sec: 1, tv_nsec: 2)]
    #expect(unsafe utimensat(AT_FDCWD, path.string, &times, 0) == 0)
    let touched = try FileStatus(at: path, followingLinks: true)
    #expect(!touched.isUnchanged(since: before))

    try directory.makeFile("file", [1, 2])
    #expect(!(try FileStatus(at: path, followingLinks: true).isUnchanged(since: touched)))

    let other = try directory.makeFile("other", [1])
    #expect(!(try FileStatus(at: other, followingLinks: true).isUnchanged(since: before)))
  }

  @Test func throwsWhatTheSystemSays() {
    #expect(throws: Errno.noSuchFileOrDirectory) {
      try FileStatus(at: "/nonexistent", followingLinks: true)
    }
    #expect(throws: Errno.badFileDescriptor) {
      try FileStatus(of: FileDescriptor(rawValue: -1))
    }
  }
}
