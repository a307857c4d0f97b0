// What goes on beside the threads that take and give back: trimming, draining, and walks over the
// books, as often as they will go.

import Glibc
import IOPages
import MemoryRegions

extension StressRun {
  /// Trims or drains until all others are gone.
  ///
  /// - Parameter index: the first ones trim, the others drain.
  func runBeside(_ index: Int, _ onFailure: (StressFailure) -> Void) {
    let thread = options.threads + index
    var random = SeededGenerator(seed: options.seed &+ UInt64(thread) &* 0x2545_F491_4F6C_DD1D)
    var tally = StressTally()
    var operation = 0
    while !isOver {
      operation += 1
      do throws(StressFault) {
        if index < options.trimmers {
          tally.trimmedPages += try trim(random.next())
        } else if operation % 16 == 0 {
          try subject.checkInvariants()
          tally.walks += 1
        } else if operation % 2 == 0 {
          subject.drainCaches()
        } else {
          try checkFigures()
        }
      } catch {
        let action = index < options.trimmers ? "trimming" : "draining and looking"
        fail(
          StressFailure(
            thread: thread, operation: operation, action: action, block: "", fault: error),
          onFailure)
        break
      }
      // Now and then at once, else after a while in which caches fill.
      usleep(UInt32(random.index(1000)))
    }
    record.withVisibleLock { $0.tally.add(tally) }
  }

  private func trim(_ draw: UInt64) throws(StressFault) -> Int {
    do throws(RegionError) {
      return try subject.trim(draw: draw)
    } catch {
      throw StressFault(expected: "a region that can be trimmed", found: "\(error)")
    }
  }

  /// The figures that are right while others use the pool, too.
  private func checkFigures() throws(StressFault) {
    for (statistics, fresh) in zip(subject.statistics, freshStatistics) {
      guard statistics.pageCount == fresh.pageCount,
        (0...fresh.freePages).contains(statistics.freePages),
        statistics.freePages + statistics.allocatedPages + statistics.guardPages
          == fresh.freePages
      else {
        throw StressFault(
          expected: "\(fresh.freePages) pages, free or not",
          found: "\(statistics.freePages) and \(statistics.allocatedPages)")
      }
    }
  }
}
