// iopages copy: a file, through pages of one region, to another.

import ArgumentParser
import FileCopying
import Glibc
import IOPages
import SystemPackage

struct CopyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "copy",
    abstract: "Copy a file through page memory.",
    discussion: """
      Reads and writes past the page cache, several blocks at a time, through io_uring with the \
      region as fixed buffers; without one of these where the machine refuses it, and says so. The \
      destination appears when it is complete and on the device, or not at all. A file that is \
      replaced keeps its permissions and, if root copies, its owner; a new one takes the permissions \
      of the source, less the umask.

      Exit status: 0 if the file is copied, 64 if the command line makes no sense, 128 + n if signal \
      n (SIGINT, SIGTERM or SIGHUP) ended the copy and nothing was written, 1 for anything else.

      Example:
        iopages copy disk.img backup.img --huge-pages 2M --verify
      """)

  private static let defaults = (
    region: ByteSize(byteCount: CopyOptions().regionByteCount),
    block: ByteSize(byteCount: CopyOptions().blockByteCount)
  )

  @Argument(help: "The file to copy: a regular one.", completion: .file())
  var source: String

  @Argument(help: "Where to: a regular file, which is replaced, or none.", completion: .file())
  var destination: String

  @Option(
    parsing: .unconditional,
    help: "Memory to reserve for the blocks. (default: \(Self.defaults.region))",
    transform: ByteSize.argument)
  var region = Self.defaults.region

  @Option(
    parsing: .unconditional,
    help: "Bytes to read and write at a time. (default: \(Self.defaults.block))",
    transform: ByteSize.argument)
  var block = Self.defaults.block

  @Option(parsing: .unconditional, help: "Blocks to read and write at the same time.")
  var queueDepth = CopyOptions().queueDepth

  @Option(help: "Pages to make the region of.")
  var hugePages = HugePages(CopyOptions().backing)

  @Option(parsing: .unconditional, help: "The NUMA node that the region has to be on.")
  var numaNode: Int?

  @Flag(name: .customLong("no-uring"), help: "Use pread and pwrite instead of io_uring.")
  var avoidsRing = false

  @Flag(name: .customLong("verify"), help: "Read both files again and compare them.")
  var verifies = false

  @Flag(name: .customLong("json"), help: "Print the outcome as one line of JSON.")
  var printsJSON = false

  func run() throws {
    var options = CopyOptions()
    options.regionByteCount = region.byteCount
    options.blockByteCount = block.byteCount
    options.queueDepth = queueDepth
    options.backing = hugePages.backing
    options.numaNode = numaNode
    options.usesRing = !avoidsRing
    options.verifies = verifies

    try requireFileNames()
    let report = try copy(options)
    do throws(ToolError) {
      try writeToStandardOutput(
        printsJSON ? report.json.description : report.lines.joined(separator: "\n"))
    } catch {
      throw ToolError("\(destination) is complete, but its report is lost: \(error)")
    }
  }

  /// Refuses a slash behind the name of a file, as the kernel does; a `FilePath` has forgotten it.
  private func requireFileNames() throws(ToolError) {
    if let errno = Self.refusal(ofSlashIn: source), errno != .noSuchFileOrDirectory {
      throw ToolError("cannot open \(source): \(errno)")
    }
    if let errno = Self.refusal(ofSlashIn: destination) {
      // What does not exist yet could only become a directory by that name.
      let reason = errno == .noSuchFileOrDirectory ? Errno.isDirectory : errno
      throw ToolError("cannot create \(destination): \(reason)")
    }
  }

  private static func refusal(ofSlashIn path: String) -> Errno? {
    guard path.utf8.last == UInt8(ascii: "/") else { return nil }
    var status = stat()
    // The path is a terminated string for the length of the call, which writes to a local value.
    return unsafe stat(path, &status) == 0 ? nil : Errno(rawValue: errno)
  }

  private func copy(_ options: CopyOptions) throws(CopyError) -> CopyReport {
    let interruption = Interruption()
    var bar = ProgressBar()
    defer { bar.clear() }
    return try FileCopy(from: FilePath(source), to: FilePath(destination), options: options).run(
      interruption: { interruption.signal }, progress: { bar.show($0) })
  }
}
