// Why a copy did not happen. Whatever the reason, the destination is as it was before.

package import IOPages
package import IORings
package import MemoryRegions
package import SystemPackage

/// Why a file was not copied.
package enum CopyError: Error, Sendable {
  /// An operation on a file failed: "open", "read", "rename".
  case file(operation: String, FilePath, Errno)
  /// The path names a directory.
  case isDirectory(FilePath)
  /// The path names neither a regular file nor a directory: a device, a socket, a pipe.
  case notRegularFile(FilePath)
  /// Both paths lead to one file.
  case sameFile(FilePath, FilePath)
  /// The source was written to, or cut off, while it was being read.
  case sourceChanged(FilePath)
  /// The source has more or fewer bytes than the system says, though nobody has changed it.
  case sizeUntrue(FilePath, said: ByteSize)
  /// What was written is not what was read.
  case verificationFailed(FilePath, offset: Int)
  /// The block is no whole number of pages, or none at all.
  case blockNotWholePages(ByteSize)
  /// The block does not fit the region.
  case blockLargerThanRegion(block: ByteSize, region: ByteSize)
  /// The queue depth is out of bounds.
  case queueDepth(Int)
  /// Comparing takes two blocks at a time, and there is room for one.
  case verifyingNeedsTwoBlocks
  /// The region could not be opened as asked for.
  case region(RegionError)
  /// The region has no room for a single block.
  case outOfMemory(OutOfMemory)
  /// The ring failed; a kernel that refuses rings is no error.
  case ring(RingError)
  /// A signal asked for the end.
  case interrupted(signal: Int32)
  /// The destination is complete and has its name, but that might not survive a power failure.
  case directoryNotSynchronized(FilePath, Errno)
}

extension CopyError: CustomStringConvertible {
  /// One sentence without a full stop: what failed, and, where there is one, the way out.
  package var description: String {
    switch self {
    case .file(let operation, let path, .fileTooLarge):
      "cannot \(operation) \(path): \(Errno.fileTooLarge): the file system takes no file of that size, "
        + "or this process may not write one (ulimit -f)"
    case .file(let operation, let path, .tooManyOpenFiles):
      "cannot \(operation) \(path): \(Errno.tooManyOpenFiles): raise the limit (ulimit -n)"
    case .file(let operation, let path, let errno):
      "cannot \(operation) \(path): \(errno)"
    case .isDirectory(let path):
      "\(path) is a directory, and only regular files are copied"
    case .notRegularFile(let path):
      "\(path) is not a regular file"
    case .sameFile(let source, let destination):
      "\(source) and \(destination) are the same file"
    case .sourceChanged(let path):
      "\(path) changed while it was being copied, so the copy was dropped"
    case .sizeUntrue(let path, let size):
      "the size of \(path) is not the \(size) that the system says; the kernel makes up such a file "
        + "as it is read, so read it with cat"
    case .verificationFailed(let path, let offset):
      "what was written for \(path) differs from the source within the block at byte \(offset)"
    case .blockNotWholePages(let size):
      "a block of \(size) is not a whole number of pages of \(IOPage.pageSize) bytes"
    case .blockLargerThanRegion(let block, let region):
      "a block of \(block) does not fit a region of \(region): use a smaller --block or a larger "
        + "--region"
    case .queueDepth(let depth):
      "a queue depth of \(depth) is not within \(CopyOptions.queueDepths.lowerBound) to "
        + "\(CopyOptions.queueDepths.upperBound)"
    case .verifyingNeedsTwoBlocks:
      "verifying compares two blocks at a time and there is room for one: "
        + "use a smaller --block, a larger --region or a --queue-depth of at least 2"
    case .region(let error), .ring(.region(let error)):
      error.commandLineDescription
    case .outOfMemory(let error) where error.reason == .notBacked:
      "the kernel has no memory for a single block of \(Self.size(of: error)): use a smaller --block, "
        + "or free memory"
    case .outOfMemory(let error):
      "the region has no room for a single block of \(Self.size(of: error)), placed as the next power "
        + "of two: use a smaller --block or a larger --region"
    case .ring(.memoryLockLimit(let byteCount)):
      "the memlock limit does not allow io_uring to pin \(ByteSize(byteCount: byteCount)): "
        + "raise it (ulimit -l), ask for smaller or fewer blocks, or use --no-uring"
    case .ring(.failed(let call, .tooManyOpenFiles)):
      "\(call) failed: \(Errno.tooManyOpenFiles): raise the limit (ulimit -n), or use --no-uring"
    case .ring(.failed(let call, .noMemory)):
      "\(call) failed: \(Errno.noMemory): old kernels count a ring as locked memory, so raise that "
        + "limit (ulimit -l), or use --no-uring"
    case .ring(let error):
      "\(error)"
    case .interrupted(let signal):
      "interrupted by \(Self.name(ofSignal: signal)), nothing was written"
    case .directoryNotSynchronized(let path, let errno):
      "\(path) is complete, but its directory could not be synchronized: \(errno)"
    }
  }

  private static func size(of error: OutOfMemory) -> ByteSize {
    ByteSize(byteCount: error.requestedPages * IOPage.pageSize)
  }
}
