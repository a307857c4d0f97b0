import Foundation
import Glibc
import MemoryTestSupport
import Testing

/// The command that runs the next one without a coverage profile: a tool that cannot write its
/// profile says so on standard error.
let withoutProfile = ["env", "LLVM_PROFILE_FILE=/dev/null"]

/// A user without rights, for tests that root would pass too easily.
///
/// The tool is copied to where that user can reach it, since a checkout may be nobody else's.
struct Unprivileged: ~Copyable {
  private let directory: TemporaryDirectory
  /// The command that makes the next one run as that user; empty if the tests do so already.
  let wrapper: [String]

  /// The tool's path for that user.
  var toolPath: String { directory.file("iopages") }

  /// Nil, and a report, if there is no way to be such a user here.
  init?() throws {
    let directory = try TemporaryDirectory()
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory.path)
    // In a process of its own: a descriptor that is open for writing here may be inherited by
    // whatever another test starts at this moment, and then the file cannot be executed.
    let copying = try ChildProcess(["cp", Tool.path, directory.file("iopages")]).wait()
    try #require(copying.status == 0, "\(copying.errors)")
    let wrapper =
      geteuid() == 0
      ? withoutProfile + [
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all",
      ] : []
    let outcome = try Tool.run(["--help"], wrapper: wrapper, path: directory.file("iopages"))
    guard outcome.status == 0 else {
      cannotTest("unprivileged", because: outcome.errors)
      return nil
    }
    self.directory = directory
    self.wrapper = wrapper
  }

  /// Lets that user, and everybody else, write to a directory.
  func open(_ directory: borrowing TemporaryDirectory) throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: directory.path)
  }
}
