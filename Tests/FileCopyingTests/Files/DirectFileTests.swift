import CPageMemory
import FileCopying
import Glibc
import SystemPackage
import Testing

@Suite struct DirectFileTests {
  @Test func opensAsAsked() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.makeFile("file", [1])
    for directly in [false, true] {
      let file = try DirectFile(opening: path, .readOnly, directly: directly)
      defer { try? file.descriptor.close() }
      #expect(file.path == path)
      let flags = fcntl(file.descriptor.rawValue, F_GETFL)
      // A file system may refuse direct transfers; then that is what the file says.
      #expect((flags & page_memory_open_direct() != 0) == file.isDirect)
      #expect(directly || !file.isDirect)
      #expect(fcntl(file.descriptor.rawValue, F_GETFD) & FD_CLOEXEC != 0)
    }
  }

  @Test func opensThroughThePageCacheWhereThereIsNothingElse() throws {
    // Files of procfs have no direct transfers.
    let file = try DirectFile(opening: "/proc/self/status", .readOnly, directly: true)
    defer { try? file.descriptor.close() }
    #expect(!file.isDirect)
  }

  @Test func isKnownUnderAnotherName() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.makeFile("file", [1])
    let file = try DirectFile(opening: path, knownAs: "name", .readOnly, directly: false)
    defer { try? file.descriptor.close() }
    #expect(file.path == "name")
  }

  @Test func stopsDirectTransfers() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.makeFile("file", pattern(100))
    var file = try DirectFile(opening: path, .readOnly, directly: true)
    defer { try? file.descriptor.close() }
    try file.stopDirectTransfers()
    #expect(!file.isDirect)
    // An address and a length that no direct transfer could have.
    var bytes = [UInt8](repeating: 0, count: 33)
    #expect(unsafe pread(file.descriptor.rawValue, &bytes, 33, 7) == 33)
    #expect(bytes == Array(pattern(100)[7..<40]))
  }

  @Test func throwsWhatTheSystemSays() {
    #expect(throws: Errno.noSuchFileOrDirectory) {
      try DirectFile(opening: "/nonexistent", .readOnly, directly: true)
    }
  }
}
