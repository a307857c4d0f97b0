// Doing what the plan says, once, in a pool of its own.
//
// The time is each lane's own, from the start to the end of each window. Not in it: waiting at the
// end of a window, waiting for another lane's allocation, counting blocks, and giving back what is
// left at the end. Waiting is taken out by reading the clock before and after, and only where a
// lane does have to wait. The sum over the lanes is the work of the whole trace.

package import IOPages
import Synchronization
package import SystemPackage

/// One replay of a plan.
package final class ReplayRound: Sendable {
  /// What a lane, or the whole round, has come to.
  package struct Outcome: Sendable {
    /// The time without waiting.
    package var time = Duration.zero
    /// Allocations that found no block.
    package var failureCount = 0
  }

  private let plan: ReplayPlan
  private let pool: PagePool
  private let slots: ReplaySlots
  private let barrier: LaneBarrier
  /// For each handover whether its allocation has been made.
  private let handovers: HandoverFlags
  private let total = Mutex(Outcome())

  package init(_ plan: ReplayPlan, in pool: PagePool) {
    self.plan = plan
    self.pool = pool
    slots = ReplaySlots(count: plan.slotCount)
    barrier = LaneBarrier(laneCount: plan.lanes.count)
    handovers = HandoverFlags(count: plan.handoverCount)
  }

  /// Replays the plan. Once.
  ///
  /// - Parameter atMark: called with the index of each mark, with the pages of the blocks that are
  ///   live then, while no lane does anything.
  /// - Throws: `Errno` if the system has no thread for a lane.
  package func run(
    atMark: @escaping @Sendable (Int, ReplaySlots) -> Void = { _, _ in }
  ) throws(Errno) -> Outcome {
    try LaneThreads.run(count: plan.lanes.count) { [self] lane in
      let outcome = run(plan.lanes[lane], atMark: atMark)
      total.withVisibleLock {
        $0.time += outcome.time
        $0.failureCount += outcome.failureCount
      }
    }
    return total.withVisibleLock { $0 }
  }

  private func run(_ lane: ReplayPlan.Lane, atMark: (Int, ReplaySlots) -> Void) -> Outcome {
    var outcome = Outcome()
    var start = 0
    for (window, end) in lane.windowEnds.enumerated() {
      run(lane.steps[start..<end], outcome: &outcome)
      barrier.meet { atMark(window, slots) }
      start = end
    }
    return outcome
  }

  private func run(_ steps: ArraySlice<ReplayPlan.Step>, outcome: inout Outcome) {
    let clock = ContinuousClock()
    let pool = pool
    let slots = slots
    var waited = Duration.zero
    let start = clock.now
    for step in steps {
      if step.isAllocation {
        do throws(OutOfMemory) {
          let page = try pool.allocate(order: Int(step.order), contents: .uninitialized)
          slots.put(page, at: Int(step.slot))
        } catch {
          outcome.failureCount += 1
        }
        if step.handover >= 0 { handovers.raise(Int(step.handover)) }
      } else {
        if step.handover >= 0, !handovers.isRaised(Int(step.handover)) {
          let start = clock.now
          spin { handovers.isRaised(Int(step.handover)) }
          waited += start.duration(to: clock.now)
        }
        slots.drop(at: Int(step.slot))
      }
    }
    outcome.time += start.duration(to: clock.now) - waited
  }
}

/// Flags that one thread raises for another.
@safe
private final class HandoverFlags: @unchecked Sendable {
  // Sendable: the flags are atomic, and where they are never changes.
  private let flags: UnsafeMutableBufferPointer<Atomic<Bool>>
  private let count: Int

  init(count: Int) {
    self.count = count
    unsafe flags = .allocate(capacity: count)
    for index in 0..<count {
      // In bounds, and not initialized before.
      unsafe flags.initializeElement(at: index, to: Atomic(false))
    }
  }

  deinit {
    // Every element is initialized from the beginning to here.
    unsafe flags.deinitialize().deallocate()
  }

  /// Says that all that this thread has done before is there for the thread that sees the flag.
  func raise(_ index: Int) {
    precondition(index >= 0 && index < count, "There is no such handover.")
    // In bounds, and initialized.
    unsafe flags[index].store(true, ordering: .releasing)
  }

  func isRaised(_ index: Int) -> Bool {
    precondition(index >= 0 && index < count, "There is no such handover.")
    // In bounds, and initialized.
    return unsafe flags[index].load(ordering: .acquiring)
  }
}
