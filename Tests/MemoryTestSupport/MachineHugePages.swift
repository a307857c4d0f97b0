// The machine has one pool of huge pages, and tests of several targets reserve from it, count it or
// need it to be empty. They take turns, across processes too, since exit tests have their own.

import Foundation
import Glibc

/// Runs `body` while no other test uses the machine's huge pages.
package func withMachineHugePages<Result>(_ body: () throws -> Result) throws -> Result {
  let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("iopages-tests-huge-pages.lock").path
  // A terminated string for the length of the call.
  let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
  // The lock goes with the descriptor.
  defer { close(descriptor) }
  while flock(descriptor, LOCK_EX) != 0 {
    guard errno == EINTR else { throw CocoaError(.fileLocking) }
  }
  return try body()
}
