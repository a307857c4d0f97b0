// The end: what others have left is given back, and then the pool must be what it was: every page
// there, in the same maximal blocks, and its figures those that the threads have counted themselves.

import IOPages
import MemoryRegions

extension StressRun {
  /// Gives back what is in the slots, and looks at the pool. Nobody else uses it.
  ///
  /// - Returns: the pages that are missing; 0 after a failure, since then the run has kept some.
  func finish(_ onFailure: (StressFailure) -> Void) -> Int {
    guard !hasFailed else {
      for index in 0..<slots.count { slots.exchange(nil, at: index)?.keepForEver() }
      return 0
    }
    var worker = StressWorker(
      subject: subject, audit: audit, slots: slots, options: options, thread: options.threads,
      operation: 0, random: SeededGenerator(seed: options.seed))
    do throws(StressFailure) {
      for index in 0..<slots.count {
        if let block = slots.exchange(nil, at: index) { try worker.free(block) }
      }
    } catch {
      var failure = error
      failure.thread = nil
      fail(failure, onFailure)
      for index in 0..<slots.count { slots.exchange(nil, at: index)?.keepForEver() }
      return 0
    }
    let tally = record.withVisibleLock { record in
      record.tally.add(worker.tally)
      return record.tally
    }
    let statistics = subject.statistics
    let leaked = zip(freshStatistics, statistics).reduce(0) { $0 + $1.0.freePages - $1.1.freePages }
    do throws(StressFault) {
      try checkOwnBooks()
      try checkLeaks()
      try checkFigures(statistics, tally)
      try subject.checkInvariants()
      // What rests in a quarantine is part of no larger block, either.
      subject.drainCaches()
      try checkFreeBlocks(subject.statistics)
    } catch {
      fail(
        StressFailure(
          thread: nil, operation: 0, action: "looking at the pool when all is given back",
          block: "", fault: error),
        onFailure)
    }
    return leaked
  }

  /// The run's own books are empty, or it has looked at nothing.
  private func checkOwnBooks() throws(StressFault) {
    let pages = audit.map.pagesOut
    guard pages.isEmpty, audit.ledger.pages == 0 else {
      throw StressFault(
        expected: "no page in the map and the ledger",
        found: "\(pages.count), the first of which is \(pages.first ?? -1), and "
          + "\(audit.ledger.pages)")
    }
  }

  /// Nobody has a page, and the pools know it.
  private func checkLeaks() throws(StressFault) {
    for report in subject.leakReports where !report.isEmpty {
      throw StressFault(expected: "no page out", found: report.description)
    }
  }

  private func checkFigures(
    _ statistics: [PoolStatistics], _ tally: StressTally
  ) throws(StressFault) {
    try check("free pages", freshStatistics, statistics, \.freePages)
    let sum = { (figure: KeyPath<PoolStatistics, Int>) in
      zip(self.freshStatistics, statistics).reduce(0) {
        $0 + $1.1[keyPath: figure] - $1.0[keyPath: figure]
      }
    }
    try check("allocations", tally.allocations, sum(\.allocations))
    try check("trimmed pages", tally.trimmedPages, sum(\.trimmedPages))
    // Which of the parts of a page was the last one, and had to give it back, depends on the threads.
    if options.buffers == 0 { try check("frees", tally.frees, sum(\.frees)) }
    // In a set, one request may fail at several nodes.
    if statistics.count == 1 { try check("failures", tally.refusals, sum(\.failures)) }
  }

  /// As many free blocks of each order as at first.
  private func checkFreeBlocks(_ statistics: [PoolStatistics]) throws(StressFault) {
    for order in 0...35 {
      try check("free blocks of order \(order)", freshStatistics, statistics, \.freeBlocks[order])
    }
  }

  private func check(
    _ name: String, _ fresh: [PoolStatistics], _ now: [PoolStatistics],
    _ figure: KeyPath<PoolStatistics, Int>
  ) throws(StressFault) {
    for (fresh, now) in zip(fresh, now) {
      try check(name, fresh[keyPath: figure], now[keyPath: figure])
    }
  }

  private func check(_ name: String, _ expected: Int, _ found: Int) throws(StressFault) {
    guard found == expected else {
      throw StressFault(expected: "\(expected) \(name)", found: "\(found)")
    }
  }
}
