// Becoming another kind of process: forked, unprivileged. Only for exit tests, whose
// process is their own. These calls are variadic or withheld by the importer, so they are declared
// here with the types they are used with, which the C calling conventions of Linux allow.

import Glibc

@_silgen_name("fork") private func forkProcess() -> Int32

/// Runs `body` in a forked child. Returns the child's exit status, or nil if a signal ended it.
package func statusOfForkedChild(_ body: () -> Int32) -> Int32? {
  guard let status = waitForForkedChild(body), status & 0x7f == 0 else { return nil }
  return status >> 8 & 0xff
}

/// Runs `body` in a forked child. Returns the signal that ended it, or nil if none did.
package func signalEndingForkedChild(_ body: () -> Void) -> Int32? {
  let status = waitForForkedChild {
    handleFaultsByDefault()
    body()
    return 0
  }
  guard let status, status & 0x7f != 0 else { return nil }
  return status & 0x7f
}

/// From now on an access to memory that is not there ends this process by SIGSEGV: the sanitizers
/// would report it and end the process in another way.
package func handleFaultsByDefault() {
  _ = signal(SIGSEGV, SIG_DFL)
}

private func waitForForkedChild(_ body: () -> Int32) -> Int32? {
  let child = forkProcess()
  if child == 0 { _exit(body()) }
  var status: Int32 = 0
  // `status` is written only inside the call.
  guard child > 0, unsafe waitpid(child, &status, 0) == child else { return nil }
  return status
}

/// Runs `body` in a forked child, which ends with what it returns, and goes on without waiting. Returns
/// the child's number.
package func forkedChild(_ body: () -> Int32) -> Int32 {
  let child = forkProcess()
  if child == 0 { _exit(body()) }
  precondition(child > 0, "fork failed: errno \(errno)")
  return child
}

/// How a child ended.
package enum ChildEnd: Equatable, Sendable {
  case status(Int32)
  case signal(Int32)
}

/// Waits until a child has ended.
package func endOfChild(_ child: Int32) -> ChildEnd {
  guard let end = endOfChild(child, options: 0) else { fatalError("waitpid has not waited.") }
  return end
}

/// Waits for what a child is to bring about. Returns nil when it has, else what is wrong: the child has
/// ended, or has run for a minute without it.
package func failure(toSee condition: () -> Bool, from child: Int32) -> String? {
  let deadline = ContinuousClock.now + .seconds(60)
  while !condition() {
    if let end = endOfChild(child, options: WNOHANG) { return "the child ended with \(end)" }
    if ContinuousClock.now > deadline { return "the child has done nothing for a minute" }
    usleep(50)
  }
  return nil
}

/// How a child has ended; nil if it has not, and the options are not to wait.
private func endOfChild(_ child: Int32, options: Int32) -> ChildEnd? {
  var status: Int32 = 0
  while true {
    // `status` is written only inside the call.
    let found = unsafe waitpid(child, &status, options)
    if found == 0 { return nil }
    if found == child { break }
    precondition(errno == EINTR, "waitpid failed: errno \(errno)")
  }
  let signal = status & 0x7f
  return signal == 0 ? .status(status >> 8 & 0xff) : .signal(signal)
}

/// Gives up root, if this process has it, and lowers RLIMIT_MEMLOCK. False if that is not possible.
package func becomeUnprivileged(lockLimit: Int) -> Bool {
  var limit = rlimit(rlim_cur: rlim_t(lockLimit), rlim_max: rlim_t(lockLimit))
  // Reads `limit` only during the call.
  guard unsafe setrlimit(Int32(__RLIMIT_MEMLOCK.rawValue), &limit) == 0 else { return false }
  let nobody: uid_t = 65534
  return getuid() != 0 || setuid(nobody) == 0
}
