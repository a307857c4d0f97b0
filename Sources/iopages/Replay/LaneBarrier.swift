// Where lanes wait for each other. They spin, since all of them arrive within microseconds, and
// give the processor away where there are more lanes than processors.

import Glibc
import Synchronization

/// The line that no lane crosses before all have come to it.
package final class LaneBarrier: Sendable {
  private let laneCount: Int
  private let arrivedCount = Atomic<Int>(0)
  private let phase = Atomic<Int>(0)

  package init(laneCount: Int) {
    self.laneCount = laneCount
  }

  /// Waits until all lanes are here. The last one calls `whileAllWait` before they go on.
  package func meet(_ whileAllWait: () -> Void) {
    // It cannot change until this lane has arrived.
    let phase = phase.load(ordering: .relaxed)
    guard arrivedCount.add(1, ordering: .acquiringAndReleasing).newValue == laneCount else {
      spin { self.phase.load(ordering: .acquiring) != phase }
      return
    }
    whileAllWait()
    arrivedCount.store(0, ordering: .relaxed)
    self.phase.store(phase + 1, ordering: .releasing)
  }
}

/// Waits until `condition` holds, which another thread makes true soon.
func spin(until condition: () -> Bool) {
  var turns = 0
  while !condition() {
    turns += 1
    if turns.isMultiple(of: 256) { sched_yield() }
  }
}
