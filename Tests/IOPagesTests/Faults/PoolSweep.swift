// Fail-nth at the level of pools: an operation is prepared and performed over and over, and the
// n-th request for pages, or the n-th system call, that it makes fails, for each n until none is
// left to fail. Each time the operation must throw what its documentation says, have changed
// nothing, and succeed when it is tried again; in the end everything is given back and nothing is
// left.

import BasicContainers
import IOPages
import MemoryTestSupport
import SystemPackage

/// One public operation, to be performed under faults.
struct SweptPoolOperation: Sendable {
  let name: String
  /// Whether requests that fail may be made good by the operation itself.
  var absorbsFailedRequests = false
  /// Whether it asks for no pages, and for no memory: whatever fails, it succeeds.
  var asksForNothing = false
  /// Calls that may fail without harm.
  var harmless: Set<SystemCallFaults.Call> = []
  /// Whether it takes memory that the process never gives back.
  var keepsMemory = false
  /// What has to be there first. Nothing fails here.
  let prepare: @Sendable (PoolSubject) throws -> Void
  /// The operation.
  let perform: @Sendable (PoolSubject) throws -> Void
}

enum PoolSweep {
  /// Calls whose failure costs at most a figure, a check or a hint.
  private static let alwaysHarmless: Set<SystemCallFaults.Call> = [
    .readFile, .advise(.noHugePages), .policy, .close, .lockLimit, .unmap,
  ]

  /// Far more requests, or calls, than any operation makes.
  private static let limit = 1000

  // MARK: Requests for pages

  /// What is wrong with the operation when requests fail: nothing, if all is well.
  static func problemsWithRequests(_ operation: SweptPoolOperation) -> [String] {
    var problems: [String] = []
    var failures = 0
    // Opening has no pools before.
    let poolCount = (try? prepared(operation, .linux).pools.count) ?? 0
    for place in 0..<poolCount {
      for passing in 0..<limit {
        let (found, hasFailed) = attempt(operation, failingRequest: passing, ofPool: place)
        problems += found.map { "\(operation.name), request \(passing) to pool \(place): \($0)" }
        guard hasFailed else { break }
        failures += 1
      }
    }
    if (failures > 0) == operation.asksForNothing {
      problems.append("\(operation.name): \(failures) requests were made to fail")
    }
    return problems
  }

  private static func prepared(
    _ operation: SweptPoolOperation, _ table: SystemCalls
  ) throws -> PoolSubject {
    let subject = PoolSubject(table)
    try operation.prepare(subject)
    return subject
  }

  private static func attempt(
    _ operation: SweptPoolOperation, failingRequest passing: Int, ofPool place: Int
  ) -> (problems: [String], hasFailed: Bool) {
    var problems: [String] = []
    guard let subject = try? prepared(operation, .linux)
    else { return (["cannot prepare"], false) }
    let pool = subject.pools[place]
    let faults = AllocationFaults(passing: passing, count: 1)
    pool.inject(faults)
    let (state, failures, allocations) = (subject.state, subject.failures, subject.allocations)
    do {
      try operation.perform(subject)
    } catch {
      let hasFailed = pool.removeFaults().failed == 1
      if !hasFailed || reason(of: error) != .injected { problems.append("\(error)") }
      problems += difference(state, subject.state)
      if subject.failures <= failures { problems.append("the failure was not counted") }
      if !operation.absorbsFailedRequests, subject.allocations != allocations {
        problems.append("\(subject.allocations - allocations) requests counted as met")
      }
      problems += retry(operation, subject)
      return (problems + leftBehind(by: subject), true)
    }
    let hasFailed = pool.removeFaults().failed == 1
    if hasFailed, !operation.absorbsFailedRequests {
      problems.append("nobody heard of the failure")
    }
    return (problems + leftBehind(by: subject), hasFailed)
  }

  /// Why pages were refused; nil for other errors.
  private static func reason(of error: any Error) -> OutOfMemory.Reason? {
    switch error {
    case let error as OutOfMemory: error.reason
    case HexTextError.outOfMemory(let error): error.reason
    default: nil
    }
  }

  // MARK: System calls

  static let errnos: [Errno] = [.noMemory, .notPermitted]

  /// Few and short files: reading them takes none of the time.
  private static var kernel: SystemCalls {
    var table = SystemCalls.linux
    table.readFile = { (path) throws(Errno) in
      guard path == "/proc/meminfo" else { throw .noSuchFileOrDirectory }
      return "MemAvailable:   16777216 kB\n"
    }
    return table
  }

  /// What is wrong with the operation when system calls fail: nothing, if all is well.
  static func problemsWithCalls(_ operation: SweptPoolOperation) -> [String] {
    var problems: [String] = []
    var failures = 0
    for errno in errnos {
      for number in 0..<limit {
        let (found, hasFailed) = attempt(operation, failingCall: number, errno)
        problems += found.map { "\(operation.name), call \(number), \(errno): \($0)" }
        guard hasFailed else { break }
        failures += 1
      }
    }
    if failures == 0 { problems.append("\(operation.name): no call was made to fail") }
    return problems
  }

  private static func attempt(
    _ operation: SweptPoolOperation, failingCall number: Int, _ errno: Errno
  ) -> (problems: [String], hasFailed: Bool) {
    let journal = CallJournal()
    var problems: [String] = []
    do {
      let subject = try prepared(operation, journal.table(over: kernel))
      problems = perform(operation, subject, journal, number, errno)
    } catch {
      return (["cannot prepare: \(error)"], false)
    }
    // Everything that the operation worked on is gone now.
    let isKept = operation.keepsMemory || journal.failedCall == .unmap
    if !isKept, !journal.isBalanced { problems.append("something is mapped or open still") }
    return (problems, journal.failedCall != nil)
  }

  private static func perform(
    _ operation: SweptPoolOperation, _ subject: PoolSubject, _ journal: CallJournal, _ number: Int,
    _ errno: Errno
  ) -> [String] {
    var problems: [String] = []
    let (state, holdings, allocations) = (subject.state, journal.holdings, subject.allocations)
    journal.arm(failing: number, errno: errno)
    do {
      try operation.perform(subject)
      if let call = journal.failedCall, !alwaysHarmless.union(operation.harmless).contains(call) {
        problems.append("nobody heard that \(call) failed")
      }
      journal.disarm()
    } catch {
      journal.disarm()
      problems += explain(error, journal.failed, errno)
      problems += difference(state, subject.state)
      if subject.allocations != allocations {
        problems.append("\(subject.allocations - allocations) requests counted as met")
      }
      if journal.holdings != holdings { problems.append("holds something more: \(error)") }
      problems += retry(operation, subject)
    }
    return problems + leftBehind(by: subject)
  }

  /// What is wrong with an error: it must name the call that failed, or say that there is no
  /// memory.
  private static func explain(_ error: any Error, _ failed: String?, _ errno: Errno) -> [String] {
    guard let failed else { return ["failed by itself: \(error)"] }
    if let error = error as? RegionError {
      return error.call == failed && error.errno == errno
        ? [] : ["\(failed) failed with \(errno), but it says: \(error)"]
    }
    return reason(of: error) == .notBacked ? [] : ["\(failed) failed, but it says: \(error)"]
  }

  // MARK: Afterwards

  private static func difference(
    _ before: PoolSubject.State, _ after: PoolSubject.State
  ) -> [String] {
    before == after ? [] : ["changed: \(before) to \(after)"]
  }

  /// Takes every page of a pool. Returns what is wrong with that.
  private static func missingPages(of pool: PagePool) -> String? {
    do throws(OutOfMemory) {
      var pages = UniqueArray<IOPage>()
      try pool.allocate(singlePages: pool.statistics.pageCount, into: &pages)
      for index in pages.indices where pages[index].load(fromByteOffset: 0, as: UInt.self) != 0 {
        return "a page that should be zeroed is not"
      }
      return nil
    } catch {
      return "not all pages can be had again: \(error)"
    }
  }

  private static func retry(_ operation: SweptPoolOperation, _ subject: PoolSubject) -> [String] {
    do {
      try operation.perform(subject)
      return []
    } catch {
      return ["fails again, without a fault: \(error)"]
    }
  }

  /// Gives everything back. Returns what is still out, or broken, then.
  private static func leftBehind(by subject: PoolSubject) -> [String] {
    subject.dropTaken()
    var problems: [String] = []
    let held = subject.state
    if !held.holdsItsBytes { problems.append("pages that are held were written to") }
    subject.dropHeld()
    let state = subject.state
    problems += state.pools.compactMap(\.violation)
    problems += subject.leaks
    for pool in state.pools where pool.freePages != pool.pageCount {
      problems.append("\(pool.pageCount - pool.freePages) pages are lost")
    }
    problems += subject.pools.compactMap { missingPages(of: $0) }
    subject.dropPools()
    return problems
  }
}
