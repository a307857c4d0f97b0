// The file that a copy is written to. It stands beside the destination, so that the last step, a
// rename, stays inside one file system and happens as a whole: whoever looks at the destination
// sees the old file or the complete new one.
//
// Where the file system can, the file has no name until it is complete. Then even a process that
// is killed leaves nothing behind, since the kernel frees a file without a name.
//
//   unnamed --(fsync, link)--> .iopages-… --(rename)--> destination --(fsync of the directory)

import CPageMemory
import Glibc
package import SystemPackage

/// An empty file, open for reading and writing, that becomes the destination once it is complete
/// and goes away otherwise.
package struct DestinationFile: ~Copyable {
  package let file: DirectFile
  private let path: DestinationPath
  private let temporaryPath: FilePath
  private var hasTemporaryName: Bool

  /// Makes the file in the directory of `path`, with `permissions` less the process's umask.
  ///
  /// If it is to replace a file, ``synchronize()`` gives it that file's permissions instead.
  /// - Parameter unnamed: Whether the file is without a name where the file system can do that.
  package init(
    for path: DestinationPath, permissions: FilePermissions, directly: Bool, unnamed: Bool = true
  ) throws(CopyError) {
    // Short, since the destination's own name may be as long as a name can be.
    let number = String(UInt64.random(in: .min ... .max), radix: 16)
    temporaryPath = path.directory.appending(".iopages-\(number)")
    self.path = path
    if unnamed, let file = try Self.openUnnamed(path, permissions, directly) {
      self.file = file
      hasTemporaryName = false
    } else {
      let temporaryPath = temporaryPath
      file = try CopyError.naming("create", path.target) { () throws(Errno) in
        try DirectFile(
          opening: temporaryPath, knownAs: path.target, .readWrite,
          options: [.create, .exclusiveCreate],
          permissions: permissions, directly: directly)
      }
      hasTemporaryName = true
    }
  }

  /// A file without a name in the directory of `path`, or nil where there can be none.
  private static func openUnnamed(
    _ path: DestinationPath, _ permissions: FilePermissions, _ directly: Bool
  ) throws(CopyError) -> DirectFile? {
    // The only way to name such a file later leads through this directory.
    guard unsafe access("/proc/self/fd", X_OK) == 0 else { return nil }
    do throws(Errno) {
      return try DirectFile(
        opening: path.directory, knownAs: path.target, .readWrite,
        options: FileDescriptor.OpenOptions(rawValue: page_memory_open_unnamed()),
        permissions: permissions, directly: directly)
    } catch .notSupported, .notSupportedOnSocket, .isDirectory, .invalidArgument {
      return nil
    } catch {
      throw .file(operation: "create", path.target, error)
    }
  }

  deinit {
    // What was to be kept is synchronized by now; what was not may be lost.
    try? file.descriptor.close()
    if hasTemporaryName { Self.remove(temporaryPath) }
  }

  private static func remove(_ path: FilePath) {
    // The path is a terminated string for the length of the call. A file that cannot be removed
    // is left where it is: there is nobody to tell.
    _ = unsafe path.withPlatformString { unsafe unlink($0) }
  }

  /// Reserves the space for `byteCount` bytes, where the file system can, and sets the size.
  package func preallocate(byteCount: Int) throws(CopyError) {
    guard byteCount > 0 else { return }
    let errno = Errno(rawValue: page_memory_preallocate(file.descriptor.rawValue, Int64(byteCount)))
    switch errno.rawValue {
    case 0: break
    case ENOSPC, EDQUOT, EFBIG: throw .file(operation: "write", path.target, errno)
    // A file system without preallocation finds out about a full disk as it goes.
    default: try resize(to: byteCount)
    }
  }

  /// Cuts the file to `byteCount` bytes, or extends it with zeros.
  package func resize(to byteCount: Int) throws(CopyError) {
    // The descriptor is the file's own and open.
    guard ftruncate(file.descriptor.rawValue, byteCount) == 0 else {
      throw .file(operation: "write", path.target, Errno(rawValue: errno))
    }
  }

  /// Waits until everything written is on the device, and with it the permissions and, if root
  /// copies, the owner of the file that is to be replaced.
  package func synchronize() throws(CopyError) {
    if let existing = path.existing { try takeAttributes(of: existing) }
    guard fsync(file.descriptor.rawValue) == 0 else {
      throw .file(operation: "synchronize", path.target, Errno(rawValue: errno))
    }
  }

  private func takeAttributes(of existing: FileStatus) throws(CopyError) {
    // The owner first, since a change of owner may take permissions away. Who is not root has to
    // leave the new file to be what every new file of theirs is.
    let hasOwner =
      geteuid() != 0 || fchown(file.descriptor.rawValue, existing.owner, existing.group) == 0
    guard hasOwner, fchmod(file.descriptor.rawValue, existing.permissions.rawValue) == 0 else {
      throw .file(
        operation: "keep the owner and the permissions of", path.target, Errno(rawValue: errno))
    }
  }

  /// Gives the file the destination's name, in place of what has that name now.
  ///
  /// - Throws: ``CopyError/directoryNotSynchronized(_:_:)`` if the file has the name and the
  ///   directory could not be synchronized, another error if it did not get the name.
  package mutating func publish() throws(CopyError) {
    if !hasTemporaryName { try link() }
    // Both paths are terminated strings for the length of the call.
    let renamed = unsafe temporaryPath.withPlatformString { from in
      unsafe path.target.withPlatformString { to in unsafe rename(from, to) }
    }
    guard renamed == 0 else {
      throw .file(operation: "create", path.target, Errno(rawValue: errno))
    }
    hasTemporaryName = false
    try synchronizeDirectory()
  }

  private mutating func link() throws(CopyError) {
    // Both paths are terminated strings for the length of the call.
    let linked = unsafe temporaryPath.withPlatformString { name in
      unsafe linkat(
        AT_FDCWD, "/proc/self/fd/\(file.descriptor.rawValue)", AT_FDCWD, name, AT_SYMLINK_FOLLOW)
    }
    guard linked == 0 else {
      throw .file(operation: "create", path.target, Errno(rawValue: errno))
    }
    hasTemporaryName = true
  }

  private func synchronizeDirectory() throws(CopyError) {
    do throws(Errno) {
      let directory = try DirectFile(
        opening: path.directory, .readOnly, options: .directory, directly: false)
      defer { try? directory.descriptor.close() }
      guard fsync(directory.descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
    } catch .invalidArgument {
      // Some file systems have nothing to synchronize in a directory, and say so.
    } catch {
      throw .directoryNotSynchronized(path.target, error)
    }
  }
}
