import FileCopying
import Glibc
import Testing

// Signals are the process's, so each test has a process of its own.
@Suite struct InterruptionTests {
  @Test(.serialized, arguments: [SIGINT, SIGTERM, SIGHUP])
  func notesASignalInsteadOfDying(number: Int32) async {
    await #expect(processExitsWith: .success) { [number] in
      let interruption = Interruption()
      precondition(interruption.signal == nil)
      deliver(number)
      precondition(interruption.signal == number)
    }
  }

  @Test func letsSignalsDoWhatTheyDidBefore() async {
    await #expect(processExitsWith: .signal(SIGTERM)) {
      do {
        let interruption = Interruption()
        deliver(SIGTERM)
        precondition(interruption.signal == SIGTERM)
      }
      deliver(SIGTERM)
    }
  }

  @Test func aLaterOneStartsWithoutASignal() async {
    await #expect(processExitsWith: .success) {
      do {
        let interruption = Interruption()
        deliver(SIGINT)
        precondition(interruption.signal == SIGINT)
      }
      let interruption = Interruption()
      precondition(interruption.signal == nil)
    }
  }

  @Test func leavesAnIgnoredSignalIgnored() async {
    await #expect(processExitsWith: .success) {
      // As a shell does for a command in the background.
      signal(SIGINT, SIG_IGN)
      let interruption = Interruption()
      deliver(SIGINT)
      precondition(interruption.signal == nil)
    }
  }

  @Test func aSecondOneAtATimeTraps() async {
    await #expect(processExitsWith: .failure) {
      let first = Interruption()
      let second = Interruption()
      _ = (first.signal, second.signal)
    }
  }
}

/// Sends a signal to this thread, and returns after it was handled.
private func deliver(_ number: Int32) {
  // Threads that run asynchronous code hold signals back.
  var signals = sigset_t()
  // The calls write to and read from a local value.
  unsafe sigemptyset(&signals)
  unsafe sigaddset(&signals, number)
  unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  raise(number)
}
