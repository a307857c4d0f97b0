// The file that is copied: a regular one, which has to stay as it is until the copy is complete, and
// has to be as long as the system says. Files that the kernel makes up as they are read, those of
// /proc for example, are regular ones of no bytes, or of a page, whatever they have to say.

import Glibc
package import SystemPackage

/// A regular file, open for reading, and its status when it was opened.
package struct SourceFile: ~Copyable {
  package let file: DirectFile
  package let status: FileStatus

  /// Opens the file that `path` leads to.
  package init(at path: FilePath, directly: Bool) throws(CopyError) {
    (file, status) = try Self.open(path, directly)
  }

  private static func open(
    _ path: FilePath, _ directly: Bool
  ) throws(CopyError) -> (file: DirectFile, status: FileStatus) {
    // Looked at before it is opened: opening a pipe would wait for a writer.
    let found = try CopyError.naming("open", path) { () throws(Errno) in
      try FileStatus(at: path, followingLinks: true)
    }
    try found.requireRegularFile(path)
    var file = try CopyError.naming("open", path) { () throws(Errno) in
      // Not past the page cache yet: the end of the file is looked at first, byte by byte.
      try DirectFile(opening: path, .readOnly, directly: false)
    }
    do throws(CopyError) {
      let status = try CopyError.naming("look at", path) { () throws(Errno) in
        try FileStatus(of: file.descriptor)
      }
      // Between looking and opening, another file may have taken the name.
      try status.requireRegularFile(path)
      try requireEnd(of: file, status)
      if directly { file.startDirectTransfers() }
      return (file, status)
    } catch {
      try? file.descriptor.close()
      throw error
    }
  }

  /// Refuses a file that goes on behind the end that its status says it has.
  private static func requireEnd(of file: DirectFile, _ status: FileStatus) throws(CopyError) {
    var byte: UInt8 = 0
    // At most one byte is written, to a local value.
    let count = unsafe pread(file.descriptor.rawValue, &byte, 1, status.byteCount)
    // A signal is for the copy's loop to see.
    guard count >= 0 || errno == EINTR else {
      throw .file(operation: "read", file.path, Errno(rawValue: errno))
    }
    guard count > 0 else { return }
    let now = try CopyError.naming("look at", file.path) { () throws(Errno) in
      try FileStatus(of: file.descriptor)
    }
    throw now.isUnchanged(since: status)
      ? .sizeUntrue(file.path, said: ByteSize(byteCount: status.byteCount))
      : .sourceChanged(file.path)
  }

  deinit {
    // Nothing was written through it, so there is nothing that closing could still lose.
    try? file.descriptor.close()
  }

  /// Whether the file has, as far as the file system tells, the content that it was opened with.
  package func isUnchanged() throws(CopyError) -> Bool {
    try CopyError.naming("look at", file.path) { () throws(Errno) in
      try FileStatus(of: file.descriptor).isUnchanged(since: status)
    }
  }
}

extension FileStatus {
  /// Refuses whatever is not a regular file.
  func requireRegularFile(_ path: FilePath) throws(CopyError) {
    switch kind {
    case .regular: break
    case .directory: throw .isDirectory(path)
    case .symbolicLink, .other: throw .notRegularFile(path)
    }
  }
}

extension CopyError {
  /// Runs a call on a file and gives its error the operation and the path.
  static func naming<Result>(
    _ operation: String, _ path: FilePath, _ call: () throws(Errno) -> Result
  ) throws(CopyError) -> Result {
    do throws(Errno) {
      return try call()
    } catch {
      throw .file(operation: operation, path, error)
    }
  }
}
