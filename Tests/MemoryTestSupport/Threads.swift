// Real threads for tests that block: a task group would starve its pool.

public import Foundation

/// Runs `body` on `count` threads at once and returns when all are done.
public func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let group = DispatchGroup()
  for index in 0..<count {
    group.enter()
    let thread = Thread {
      body(index)
      group.leave()
    }
    thread.start()
  }
  group.wait()
}

/// Starts `body` on a thread of its own. Wait for the returned group.
public func startThread(_ body: @escaping @Sendable () -> Void) -> DispatchGroup {
  let group = DispatchGroup()
  group.enter()
  Thread {
    body()
    group.leave()
  }.start()
  return group
}
