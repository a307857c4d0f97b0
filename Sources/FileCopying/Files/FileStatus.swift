// What the file system says about a file, as far as a copy has to know it.

package import Glibc
package import SystemPackage

/// What identifies a file, and what changes when its content does.
package struct FileStatus: Equatable, Sendable {
  package enum Kind: Sendable {
    case regular, directory, symbolicLink, other
  }

  package let kind: Kind
  /// Read, write and execute permissions; no set-user-ID, set-group-ID or sticky bit.
  package let permissions: FilePermissions
  /// The user and the group that own the file.
  package let owner: uid_t, group: gid_t
  package let byteCount: Int
  private let device: UInt
  private let inode: UInt
  private let modification: [Int]
  private let change: [Int]

  private init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .directory
      case S_IFLNK: .symbolicLink
      default: .other
      }
    permissions = FilePermissions(rawValue: status.st_mode & 0o777)
    owner = status.st_uid
    group = status.st_gid
    byteCount = Int(status.st_size)
    device = UInt(status.st_dev)
    inode = UInt(status.st_ino)
    modification = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    change = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
  }

  /// The status of an open file.
  package init(of descriptor: FileDescriptor) throws(Errno) {
    var status = stat()
    // The call writes to a local value.
    guard unsafe fstat(descriptor.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
    self.init(status)
  }

  /// The status of the file that `path` leads to, or of the symbolic link that it names.
  package init(at path: FilePath, followingLinks: Bool) throws(Errno) {
    var status = stat()
    // The path is a terminated string for the length of the call, which writes to a local value.
    let result = unsafe path.withPlatformString { path in
      unsafe followingLinks ? stat(path, &status) : lstat(path, &status)
    }
    guard result == 0 else { throw Errno(rawValue: errno) }
    self.init(status)
  }

  /// Whether both are about one file, under whatever names.
  package func isSameFile(as other: FileStatus) -> Bool {
    device == other.device && inode == other.inode
  }

  /// Whether a file of this status has, as far as the file system tells, the content that it had
  /// when it had the status `earlier`.
  package func isUnchanged(since earlier: FileStatus) -> Bool {
    isSameFile(as: earlier) && byteCount == earlier.byteCount
      && modification == earlier.modification && change == earlier.change
  }
}
