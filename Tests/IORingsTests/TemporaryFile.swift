import Glibc
import SystemPackage

/// An empty file without a name, which is gone when the value is.
struct TemporaryFile: ~Copyable {
  let descriptor: FileDescriptor

  init() throws {
    let path = FilePath("/tmp/iorings-\(getpid())-\(UInt64.random(in: .min ... .max))")
    descriptor = try FileDescriptor.open(
      path, .readWrite, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
    // The descriptor keeps the file alive; no name means nothing to clean up after a crash.
    _ = unsafe path.withPlatformString { unsafe unlink($0) }
  }

  deinit {
    try? descriptor.close()
  }
}
