// A file that is read or written past the page cache if its file system allows that. Some refuse
// at once, some only at the first transfer; either way the file is used through the page cache from
// then on, and remembers it, so that the caller can be told.
//
// O_DIRECT is set on the open file and not asked for when it is opened: an open that fails for its
// sake may have made the file already, and would leave it behind.

import CPageMemory
import Glibc
package import SystemPackage

/// An open file and whether its transfers go past the page cache.
///
/// It does not close the descriptor: whoever opened the file does.
package struct DirectFile {
  package let descriptor: FileDescriptor
  /// The file's name for a person, which is not always the path that it was opened by.
  package let path: FilePath
  /// Whether transfers go past the page cache, and so have to be whole pages at page offsets.
  package private(set) var isDirect: Bool

  /// Opens a file, past the page cache if `directly` and if its file system allows that.
  package init(
    opening path: FilePath, knownAs name: FilePath? = nil, _ mode: FileDescriptor.AccessMode,
    options: FileDescriptor.OpenOptions = [], permissions: FilePermissions? = nil, directly: Bool
  ) throws(Errno) {
    self.path = name ?? path
    descriptor = try Self.open(path, mode, options.union(.closeOnExec), permissions)
    isDirect = false
    if directly { startDirectTransfers() }
  }

  private static func open(
    _ path: FilePath, _ mode: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions,
    _ permissions: FilePermissions?
  ) throws(Errno) -> FileDescriptor {
    do {
      return try FileDescriptor.open(path, mode, options: options, permissions: permissions)
    } catch {
      // Only the declaration is untyped: swift-system's calls throw nothing else.
      throw error as! Errno
    }
  }

  /// Goes on past the page cache if the file system allows that.
  package mutating func startDirectTransfers() {
    let flags = fcntl(descriptor.rawValue, F_GETFL)
    // A refusal is how a file system says that it has no direct transfers, and costs speed only.
    isDirect =
      flags >= 0 && fcntl(descriptor.rawValue, F_SETFL, flags | page_memory_open_direct()) >= 0
  }

  /// Goes on through the page cache.
  package mutating func stopDirectTransfers() throws(Errno) {
    let flags = fcntl(descriptor.rawValue, F_GETFL)
    guard flags >= 0,
      fcntl(descriptor.rawValue, F_SETFL, flags & ~page_memory_open_direct()) >= 0
    else { throw Errno(rawValue: errno) }
    isDirect = false
  }
}
