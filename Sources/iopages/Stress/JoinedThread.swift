// A thread that somebody waits for.

import Glibc
import SystemPackage

/// A thread, from its start until it is joined.
struct JoinedThread: ~Copyable {
  private let thread: pthread_t

  /// Starts a thread that runs `body` and ends.
  ///
  /// - Throws: `Errno` if the system has no thread left.
  init(_ body: @escaping @Sendable () -> Void) throws(Errno) {
    var thread = pthread_t()
    // The thread takes over the reference to what it runs.
    let reference = unsafe Unmanaged.passRetained(ThreadBody(body))
    let result = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, reference.toOpaque())
    guard result == 0 else {
      unsafe reference.release()
      throw Errno(rawValue: result)
    }
    self.thread = thread
  }

  /// Waits until the thread has ended.
  consuming func join() {
    // It was made in the initializer and is joined once; what it returns is nil.
    pthread_join(thread, nil)
  }
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
