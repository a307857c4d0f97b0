// Of all the processes that have a memory file, one at a time may change what its tables say. That is
// the owner: it holds a lock that the kernel lets go of when the process ends, however it ends.
//
// The lock is one of an open file description (F_OFD_SETLK), not of the process (F_SETLK), which would
// be lost as soon as any descriptor of the file is closed anywhere in the process, and would not keep
// out a second owner in it. What speaks against it, that a forked child shares descriptions and so
// would keep the lock when the owner is gone, is answered by closing it in the child
// (ownership_shims.c).

package import SystemPackage

/// The ownership of a memory file, until it is dropped or the process ends.
package final class MemoryFileOwnership: Sendable {
  private let descriptor: Int32
  private let owner: ProcessGeneration
  private let systemCalls: SystemCalls

  /// Takes the ownership of the file of a descriptor, which need not stay open.
  ///
  /// - Throws: `.alreadyOwned`, `.ownershipRefused`.
  package init(
    of file: FileDescriptor, systemCalls: SystemCalls = .linux
  ) throws(RegionError) {
    owner = try ProcessGeneration.current(systemCalls)
    self.systemCalls = systemCalls
    do throws(Errno) {
      descriptor = try systemCalls.ownFile(file.rawValue)
    } catch {
      let isOwned = error == .resourceTemporarilyUnavailable
      throw RegionError(isOwned ? .alreadyOwned : .ownershipRefused, call: "fcntl", errno: error)
    }
  }

  deinit {
    // In a forked child the descriptor is closed, and its number may be another file's.
    if owner.isThisProcess { systemCalls.disownFile(descriptor) }
  }
}
