import IOPages
import Synchronization
import Testing
import iopages

@Suite struct ReplayRoundTests {
  private func shortPlan(_ assignment: LaneAssignment) throws -> ReplayPlan {
    let events = try TraceParser.events(in: TraceFile.text(at: ShortTrace.path))
    return try ReplayPlanner.plan(events, assignment: assignment, interval: 128)
  }

  @Test(arguments: LaneAssignment.allCases)
  func allThatIsLiveAtAMarkIsThere(assignment: LaneAssignment) throws {
    let plan = try shortPlan(assignment)
    let pageCount = plan.peakPageCount * 2
    let pool = try makeReplayPool(pageCount: pageCount)
    let livePageCounts = Mutex<[Int]>([])
    do {
      let round = ReplayRound(plan, in: pool)
      let outcome = try round.run { mark, slots in
        livePageCounts.withLock { $0.append(pool.statistics.allocatedPages) }
        let pinned = slots.hugeBlockCount(pageCount: pageCount)
        #expect(pinned >= plan.marks[mark].minimalBlockCount)
      }
      #expect(outcome.failureCount == 0)
      #expect(outcome.time > .zero)
    }
    #expect(livePageCounts.withLock { $0 } == plan.marks.map(\.livePageCount))
    #expect(pool.statistics.allocatedPages == 0)
    try pool.checkInvariants()
  }

  @Test(arguments: LaneAssignment.allCases)
  func aFailedAllocationIsCountedAndItsFreeSkipped(assignment: LaneAssignment) throws {
    let plan = try shortPlan(assignment)
    let pool = try makeReplayPool(pageCount: plan.peakPageCount / 2)
    do {
      let round = ReplayRound(plan, in: pool)
      let outcome = try round.run()
      #expect(outcome.failureCount > 0)
      #expect(outcome.failureCount == pool.statistics.failures)
    }
    #expect(pool.statistics.allocatedPages == 0)
    try pool.checkInvariants()
  }

  @Test func aFreeWaitsForTheAllocationOfAnotherLane() throws {
    // Each block is allocated by one processor and freed at once by the other, in one window.
    let events = (0..<2000).flatMap { index in
      [
        TraceEvent(kind: .allocation, processor: index % 2, order: 0, block: UInt64(index)),
        TraceEvent(kind: .free, processor: (index + 1) % 2, order: 0, block: UInt64(index)),
      ]
    }
    let plan = try ReplayPlanner.plan(events, assignment: .recorded, interval: 4000)
    #expect(plan.handoverCount == 1999, "the first one is the peak, and that is a window's end")
    let pool = try makeReplayPool(pageCount: 4096)
    let outcome = try ReplayRound(plan, in: pool).run { _, _ in
      // The peak, with one page, and the end: a free that came too early would leave its page.
      #expect(pool.statistics.allocatedPages <= 1)
    }
    #expect(outcome.failureCount == 0)
    #expect(pool.statistics.allocations == 2000)
    #expect(pool.statistics.frees == 2000)
  }
}
