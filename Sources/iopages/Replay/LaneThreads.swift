// A thread for each lane but the first, which the caller runs itself.

import Glibc
import Synchronization
package import SystemPackage

/// The threads of a replay.
package enum LaneThreads {
  /// Calls `body` once with each lane's index, all at the same time, and returns when all are done.
  ///
  /// - Throws: `Errno` if the system has no thread for a lane; no lane has begun then.
  package static func run(
    count: Int, _ body: @escaping @Sendable (Int) -> Void
  ) throws(Errno) {
    let start = Start()
    var threads: [pthread_t] = []
    defer {
      for thread in threads {
        // Each was made below and is joined once.
        pthread_join(thread, nil)
      }
    }
    for lane in 1..<max(1, count) {
      let work = LaneWork { if start.isGiven() { body(lane) } }
      var thread = pthread_t()
      // The thread takes over the reference to its work.
      let reference = unsafe Unmanaged.passRetained(work)
      let result = unsafe pthread_create(&thread, nil, runLane, reference.toOpaque())
      guard result == 0 else {
        unsafe reference.release()
        start.give(false)
        throw Errno(rawValue: result)
      }
      threads.append(thread)
    }
    start.give(true)
    body(0)
  }
}

/// The signal to begin, or to go away since not all threads could be made.
private final class Start: Sendable {
  /// 0 as long as nothing is decided, 1 to go away, 2 to begin.
  private let decision = Atomic<Int>(0)

  func give(_ begins: Bool) { decision.store(begins ? 2 : 1, ordering: .releasing) }

  func isGiven() -> Bool {
    spin { decision.load(ordering: .acquiring) != 0 }
    return decision.load(ordering: .acquiring) == 2
  }
}

private final class LaneWork: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func runLane(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let argument = unsafe argument {
    // The reference that was passed on when the thread was made.
    unsafe Unmanaged<LaneWork>.fromOpaque(argument).takeRetainedValue().body()
  }
  return nil
}
