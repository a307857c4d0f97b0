// Real threads for tests that block: a task group would starve its pool.

import Foundation

/// Runs `body` on `count` threads at once and returns when all are done.
public func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let threads = (0..<count).map { index in RunningThread { body(index) } }
  for thread in threads { thread.wait() }
}

/// A thread that runs a closure.
public final class RunningThread: Sendable {
  private let group = DispatchGroup()

  /// Starts it.
  public init(_ body: @escaping @Sendable () -> Void) {
    let group = group
    // What the thread opens is the test's, as in a task.
    let watch = PoolWatch.current
    group.enter()
    Thread {
      PoolWatch.$current.withValue(watch) { body() }
      group.leave()
    }.start()
  }

  /// Returns when the closure has returned.
  public func wait() { group.wait() }
}
