// Where a copy goes: the file at the end of any symbolic links, so that a link stays a link and
// what it points to is replaced; and whether that file may be replaced at all.

import Glibc
package import SystemPackage

/// The file that a copy is going to replace or to make.
package struct DestinationPath: Equatable {
  /// The path with all symbolic links in its last component followed.
  package let target: FilePath
  /// The file that is there already and is going to be replaced.
  package let existing: FileStatus?

  /// The directory that holds the target.
  package var directory: FilePath {
    let directory = target.removingLastComponent()
    return directory.isEmpty ? "." : directory
  }

  /// Follows `path` and checks what is there.
  ///
  /// - Throws: ``CopyError`` if that is not a regular file, if it is the file of status `source`,
  ///   or if the caller has no permission to write to it.
  package init(following path: FilePath, source: (path: FilePath, status: FileStatus))
    throws(CopyError)
  {
    let target = try CopyError.naming("open", path) { () throws(Errno) in
      try Self.followingLinks(path)
    }
    self.target = target
    let found = try CopyError.naming("open", path) { () throws(Errno) in
      try Self.status(at: target)
    }
    existing = found
    // Nothing there yet: whether something may be made there is the directory's to say.
    guard let found else { return }
    try found.requireRegularFile(path)
    guard !found.isSameFile(as: source.status) else { throw .sameFile(source.path, path) }
    // Replacing a file asks for no permission on the file itself, but a caller who took that
    // permission away did not want it overwritten.
    // The path is a terminated string for the length of the call.
    let isWritable = unsafe target.withPlatformString { target in
      unsafe faccessat(AT_FDCWD, target, W_OK, AT_EACCESS) == 0
    }
    guard isWritable else {
      throw .file(operation: "write", path, Errno(rawValue: errno))
    }
  }

  private static func status(at path: FilePath) throws(Errno) -> FileStatus? {
    do throws(Errno) {
      return try FileStatus(at: path, followingLinks: false)
    } catch .noSuchFileOrDirectory {
      return nil
    }
  }

  /// The path at the end of the links that start at `path`; there need be nothing at that end.
  private static func followingLinks(_ path: FilePath) throws(Errno) -> FilePath {
    // No file has an empty name, and nothing that is made there could get it.
    guard !path.isEmpty else { throw .noSuchFileOrDirectory }
    var path = path
    // As many as the kernel follows.
    for _ in 0..<40 {
      guard try status(at: path)?.kind == .symbolicLink else { return path }
      // A relative link starts at its own directory, an absolute one at the root.
      path = path.removingLastComponent().pushing(try contents(ofLink: path))
    }
    throw .tooManySymbolicLinkLevels
  }

  private static func contents(ofLink path: FilePath) throws(Errno) -> FilePath {
    // One byte more than the longest link, which stays zero and ends the string.
    var contents = [CInterop.PlatformChar](repeating: 0, count: Int(PATH_MAX) + 1)
    // The path is a terminated string for the length of the call, which writes fewer bytes than
    // the array has.
    let length = unsafe path.withPlatformString { path in
      unsafe readlink(path, &contents, Int(PATH_MAX))
    }
    guard length >= 0 else { throw Errno(rawValue: errno) }
    return FilePath(platformString: contents)
  }
}
