// A process of a test's own, by posix_spawn. Foundation's `Process` is no choice here: Swift Testing
// waits for any child of the process to look after its exit tests, and a child that Foundation has
// not reaped makes that wait spin for ever.

import Foundation
import Glibc

/// A process whose output goes to files, so that it never waits for a reader.
final class ChildProcess {
  let processIdentifier: pid_t
  private let output: CapturedOutput
  private let errors: CapturedOutput
  private var isReaped = false

  /// Starts `command`, whose first word is looked up in PATH.
  init(_ command: [String]) throws {
    output = try CapturedOutput()
    errors = try CapturedOutput()
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    var noSignals = sigset_t()
    // All calls write to and read from local values. Threads that run asynchronous code hold signals
    // back, and a process inherits that from the thread that starts it.
    unsafe sigemptyset(&noSignals)
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    unsafe posix_spawnattr_setsigmask(&attributes, &noSignals)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, output.descriptor, STDOUT_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&actions, errors.descriptor, STDERR_FILENO)

    // Terminated strings, freed after the call, which copies them into the new process.
    let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
    var words = unsafe (command.map { unsafe strdup($0) } + [nil])
    var variables = unsafe (environment.map { unsafe strdup($0) } + [nil])
    defer {
      for index in unsafe words.indices { unsafe free(words[index]) }
      for index in unsafe variables.indices { unsafe free(variables[index]) }
    }
    var identifier: pid_t = 0
    let result = unsafe posix_spawnp(
      &identifier, command[0], &actions, &attributes, &words, &variables)
    guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: result) ?? .EINVAL) }
    processIdentifier = identifier
  }

  deinit {
    guard !isReaped else { return }
    kill(processIdentifier, SIGKILL)
    _ = reap()
  }

  /// Whether the process has not ended; once it has, wait for it soon.
  var isRunning: Bool {
    guard !isReaped else { return false }
    var information = unsafe siginfo_t()
    // Writes to a local value, and leaves its zeros there if the process has not ended.
    let result = unsafe waitid(
      P_PID, id_t(processIdentifier), &information, WEXITED | WNOHANG | WNOWAIT)
    return unsafe result == 0 && information.si_signo == 0
  }

  /// Waits for the end and tells what was left behind. Once.
  func wait() -> Tool.Outcome {
    let status = reap()
    // As the macros WIFSIGNALED, WTERMSIG and WEXITSTATUS read it.
    let signal = status & 0x7f
    return Tool.Outcome(
      status: signal != 0 ? signal : status >> 8 & 0xff, wasKilled: signal != 0,
      output: output.text, errors: errors.text)
  }

  private func reap() -> Int32 {
    precondition(!isReaped, "a process is waited for once")
    var status: Int32 = 0
    // Writes to a local value.
    while unsafe waitpid(processIdentifier, &status, 0) != processIdentifier {
      precondition(errno == EINTR, "the process was waited for by somebody else")
    }
    isReaped = true
    return status
  }
}

/// A file without a name, for what a process writes.
private final class CapturedOutput {
  let descriptor: Int32

  init() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("iopages-tool-output-\(UUID().uuidString)").path
    // A terminated string for the length of each call.
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    _ = unsafe unlink(path)
  }

  deinit { close(descriptor) }

  /// All that was written.
  var text: String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      // At most as many bytes as the buffer has are written to it.
      let count = unsafe pread(descriptor, &buffer, buffer.count, bytes.count)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }
}
