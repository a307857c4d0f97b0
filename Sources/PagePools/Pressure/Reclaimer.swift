// A registered reclaimer, and the rules of its end: after the token is dropped, the closure is not
// called again, and it does not run any more on another thread.

/// A closure that gives pages back, and its state.
final class Reclaimer: @unchecked Sendable {
  // `lock` guards `body` and `runningThread`.
  private let lock = PoolLock()
  private let ends = EventCount()
  private var body: (@Sendable (PressureRequest) -> Int)?
  private var runningThread: UInt = 0

  init(_ body: @escaping @Sendable (PressureRequest) -> Int) { self.body = body }

  var isCancelled: Bool {
    lock.acquire()
    defer { lock.release() }
    return body == nil
  }

  /// Asks for pages. Returns the number of pages that were given back, 0 after the cancellation.
  func call(_ request: PressureRequest) -> Int {
    lock.acquire()
    guard let body else {
      lock.release()
      return 0
    }
    runningThread = Platform.threadIdentifier
    lock.release()
    let freed = body(request)
    lock.acquire()
    runningThread = 0
    lock.release()
    ends.signal()
    return max(freed, 0)
  }

  /// Sees to it that the closure is not called again. Waits for a running call, unless it is that
  /// very call that cancels.
  func cancel() {
    lock.acquire()
    // The closure must be destroyed without the lock: what it holds may come back here.
    let doomed = body
    body = nil
    while runningThread != 0, runningThread != Platform.threadIdentifier {
      let seen = ends.current
      lock.release()
      ends.wait(after: seen)
      lock.acquire()
    }
    lock.release()
    withExtendedLifetime(doomed) {}
  }
}
