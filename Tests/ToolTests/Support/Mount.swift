import Foundation
import Glibc
import MemoryTestSupport
import Testing

/// A small file system of a test's own, which is gone when the value is.
struct Mount: ~Copyable {
  private let directory: TemporaryDirectory
  var path: String { directory.path }

  /// Mounts a file system in memory; nil, and a report, where that is not permitted.
  init?(_ type: String, options: String) throws {
    guard geteuid() == 0 else {
      cannotTest("mount", because: "mounting takes root")
      return nil
    }
    let directory = try TemporaryDirectory()
    // All are terminated strings for the length of the call.
    guard unsafe mount("none", directory.path, type, 0, options) == 0 else {
      cannotTest("mount", because: "\(type) cannot be mounted here (errno \(errno))")
      return nil
    }
    self.directory = directory
  }

  deinit {
    _ = unsafe umount2(directory.path, 0)
  }
}
