// A replay from end to end: the pool is opened anew for each round, several rounds are timed, and
// one more, which nobody times, counts at each mark the 2 MiB blocks that hold live pages. What the
// caches of the pool hold back counts as free, and nothing is drained before counting.

import IOPages
import Synchronization
import SystemPackage

/// A trace, replayed in regions of a given size.
package struct Replay {
  private static let timedRoundCount = 9
  /// About as many marks are set as a chart can show.
  private static let markCount = 256
  private static let shortestInterval = 64

  private let plan: ReplayPlan
  /// The size of the region as a multiple of the trace's peak.
  private let factor: Double

  package init(
    _ events: [TraceEvent], assignment: LaneAssignment, factor: Double
  ) throws(TraceError) {
    let interval = max(Self.shortestInterval, events.count / Self.markCount)
    plan = try ReplayPlanner.plan(events, assignment: assignment, interval: interval)
    self.factor = factor
  }

  private var regionPageCount: Int {
    max(1, Int((Double(plan.peakPageCount) * factor).rounded(.up)))
  }

  package func run() throws -> ReplayReport {
    var times: [Double] = []
    var failureCount = 0
    for _ in 0..<Self.timedRoundCount {
      let outcome = try runRound { _, _ in }
      times.append(outcome.time / .nanoseconds(1) / Double(plan.eventCount))
      failureCount = max(failureCount, outcome.failureCount)
    }
    let pinned = PinnedBlocks()
    let pageCount = regionPageCount
    let outcome = try runRound { mark, slots in
      pinned.append(slots.hugeBlockCount(pageCount: pageCount), at: mark)
    }
    return ReplayReport(
      plan: plan, pinned: pinned.counts, nanosecondsPerEvent: times,
      failureCount: max(failureCount, outcome.failureCount), regionPageCount: pageCount)
  }

  private func runRound(
    atMark: @escaping @Sendable (Int, ReplaySlots) -> Void
  ) throws -> ReplayRound.Outcome {
    let round = ReplayRound(plan, in: try openPool())
    do throws(Errno) {
      return try round.run(atMark: atMark)
    } catch {
      throw ToolError(
        "the system has no thread for each of \(plan.lanes.count) processors: \(error)")
    }
  }

  private func openPool() throws -> PagePool {
    var options = RegionOptions(byteCount: regionPageCount * IOPage.pageSize)
    // Nobody touches the pages: they are never in memory.
    options.population = .none
    return try PagePool(region: MemoryRegion(options))
  }
}

/// The counts of a round, in the order of its marks.
private final class PinnedBlocks: Sendable {
  private let values = Mutex<[Int]>([])

  var counts: [Int] { values.withVisibleLock { $0 } }

  func append(_ count: Int, at mark: Int) {
    values.withVisibleLock {
      precondition($0.count == mark, "A mark was passed over.")
      $0.append(count)
    }
  }
}
