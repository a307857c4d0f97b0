// A trace on disk: plain text, or packed by gzip. Which of the two is decided by the content; the
// unpacking is gzip's own, in a process beside this one.

import Glibc
import SystemPackage

/// The text of a trace file.
package enum TraceFile {
  /// What every file that gzip has packed begins with.
  private static let gzipMagic: [UInt8] = [0x1f, 0x8b]

  /// Reads all of a trace, unpacked.
  ///
  /// - Throws: ``TraceError`` that says why the file cannot be read or unpacked.
  package static func text(at path: String) throws(TraceError) -> [UInt8] {
    let file: FileDescriptor
    let content: [UInt8]
    do {
      // A path that is copied before the call returns.
      file = try unsafe FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    } catch {
      throw TraceError(line: nil, "cannot open: \(error)")
    }
    defer { try? file.close() }
    do {
      content = try readAll(file)
    } catch {
      throw TraceError(line: nil, "cannot read: \(error)")
    }
    guard content.starts(with: gzipMagic) else { return content }
    return try unpacked(file)
  }

  private static func readAll(_ file: FileDescriptor) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      // The call writes to the buffer and not beyond it.
      let count = try unsafe buffer.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }

  /// What gzip makes of the file, from its beginning on.
  private static func unpacked(_ file: FileDescriptor) throws(TraceError) -> [UInt8] {
    let output: FileDescriptor
    let process: pid_t
    do {
      try file.seek(offset: 0, from: .start)
      (output, process) = try startGzip(reading: file)
    } catch {
      throw TraceError(line: nil, "cannot start gzip to unpack it: \(error)")
    }
    let text: [UInt8]?
    do {
      text = try readAll(output)
    } catch {
      text = nil
    }
    // Before waiting: a process that still writes is told that nobody reads.
    try? output.close()
    let status = exitStatus(of: process)
    guard let text, status == 0 else {
      throw TraceError(line: nil, "gzip cannot unpack it (status \(status)): it is damaged")
    }
    return text
  }

  /// Starts `gzip -dc`, and returns the end of a pipe that its output comes out of.
  private static func startGzip(
    reading file: FileDescriptor
  ) throws -> (output: FileDescriptor, process: pid_t) {
    // Not to be inherited: a copy of the writing end in any other process would keep the reader
    // from ever seeing the end.
    let pipe = try FileDescriptor.pipe(options: .closeOnExec)
    defer { try? pipe.writeEnd.close() }
    var actions = unsafe posix_spawn_file_actions_t()
    // These calls write to and read from local values, and copy the terminated strings.
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, file.rawValue, STDIN_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&actions, pipe.writeEnd.rawValue, STDOUT_FILENO)
    unsafe posix_spawn_file_actions_addopen(
      &actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)

    // The words end in a null pointer and are freed after the call, which copies them.
    let command = ["gzip", "-dc"]
    var words = unsafe (command.map { unsafe strdup($0) } + [nil])
    defer {
      for index in unsafe words.indices { unsafe free(words[index]) }
    }
    var process: pid_t = 0
    let result = unsafe posix_spawnp(&process, "gzip", &actions, nil, &words, environ)
    guard result == 0 else {
      try? pipe.readEnd.close()
      throw Errno(rawValue: result)
    }
    return (pipe.readEnd, process)
  }

  /// Waits for a process; a signal that ended it counts as 128 and its number, as in shells.
  private static func exitStatus(of process: pid_t) -> Int32 {
    var status: Int32 = 0
    // Writes to a local value.
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    // As the macros WIFSIGNALED, WTERMSIG and WEXITSTATUS read it.
    let signal = status & 0x7f
    return signal != 0 ? 128 + signal : status >> 8 & 0xff
  }
}
