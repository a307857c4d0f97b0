import FileCopying
import IORings
import SystemPackage
import Testing

@Suite struct CopyErrorTests {
  @Test(
    arguments: [
      (
        CopyError.file(operation: "open", "/a/b", .noSuchFileOrDirectory),
        "cannot open /a/b: No such file or directory"
      ),
      (
        .file(operation: "write", "/a", .fileTooLarge),
        "cannot write /a: File too large: the file system takes no file of that size, or this "
          + "process may not write one (ulimit -f)"
      ),
      (
        .ring(.failed(call: "io_uring_setup", .tooManyOpenFiles)),
        "io_uring_setup failed: Too many open files: raise the limit (ulimit -n), or use --no-uring"
      ),
      (
        .sizeUntrue("/a", said: ByteSize(byteCount: 0)),
        "the size of /a is not the 0 bytes that the system says; the kernel makes up such a file "
          + "as it is read, so read it with cat"
      ),
      (.isDirectory("/tmp"), "/tmp is a directory, and only regular files are copied"),
      (.notRegularFile("/dev/zero"), "/dev/zero is not a regular file"),
      (.sameFile("a", "./a"), "a and ./a are the same file"),
      (.sourceChanged("a"), "a changed while it was being copied, so the copy was dropped"),
      (
        .verificationFailed("a", offset: 8192),
        "what was written for a differs from the source within the block at byte 8192"
      ),
      (
        .blockNotWholePages(ByteSize(byteCount: 3)),
        "a block of 3 bytes is not a whole number of pages of 4096 bytes"
      ),
      (.interrupted(signal: 2), "interrupted by SIGINT, nothing was written"),
      (.interrupted(signal: 15), "interrupted by SIGTERM, nothing was written"),
      (.interrupted(signal: 1), "interrupted by SIGHUP, nothing was written"),
      (
        .directoryNotSynchronized("a", .ioError),
        "a is complete, but its directory could not be synchronized: Input/output error"
      ),
    ])
  func saysWhatFailed(error: CopyError, text: String) {
    #expect(error.description == text)
  }

  @Test func aLowMemlockLimitComesWithTheWaysOut() {
    let text = CopyError.ring(.memoryLockLimit(byteCount: 2 << 20)).description
    #expect(text.contains("2 MiB"))
    #expect(text.contains("ulimit -l"))
    #expect(text.contains("--no-uring"))
  }
}
