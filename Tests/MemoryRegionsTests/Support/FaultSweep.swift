// Fail-nth: an operation is prepared and performed over and over, and the n-th system call that it
// makes fails, for each n until none is left to fail. Each time the operation must say which call it
// was, have changed nothing, hold nothing more than before, and succeed when it is tried again.
//
// All of it runs in a process of its own, whose mappings and descriptors are counted as well.

import Glibc
import MemoryRegions
import MemoryTestSupport
import SystemPackage

/// What an operation works on.
final class SweepSubject {
  let table: SystemCalls
  var regions: [MemoryRegion] = []
  var registration: RegionRegistration?
  var sideTables: SideTableMemory?

  init(_ table: SystemCalls) { self.table = table }

  /// What must be as before after a failure.
  struct State: Equatable {
    var regions: [RegionState]
    var hasRegistration: Bool
    var hasTables: Bool
  }

  struct RegionState: Equatable {
    var committed: Int
    var placement: Placement
    var registrations: Int
    var guards: Int
    var guardedPages: Int
    /// The bytes that page 0 begins with, which no operation is about.
    var firstWord: UInt64?
    /// Whether the first byte beyond the committed ones can be read.
    var isReserveOpen: Bool
  }

  var state: State {
    let isRegistered = registration != nil
    return State(
      regions: regions.map { region in
        let guards = region.guardStatistics
        let start = Int(bitPattern: unsafe region.address)
        let committed = region.committedByteCount
        return RegionState(
          committed: committed, placement: region.placement,
          registrations: region.registrationCount, guards: guards.guards,
          guardedPages: guards.pages,
          // Committed, while the region lives.
          firstWord: committed > 0 ? unsafe word(at: start).pointee : nil,
          isReserveOpen: committed < region.byteCount
            && Peeking.call.byte(at: start + committed, of: getpid()) != nil)
      }, hasRegistration: isRegistered, hasTables: sideTables != nil)
  }
}

/// One operation of the library's, to be performed under faults.
struct SweptOperation: Sendable {
  let name: String
  /// Calls that may fail without harm, beside those that never do any.
  var harmless: Set<SystemCallFaults.Call> = []
  /// Refusals that name no call, since what failed was a look at a file.
  var unexplained: Set<RegionError.Kind> = []
  /// The kernel below. Its files are few and short, so that reading them, which all of these
  /// operations do, takes none of the time.
  var base: @Sendable () -> SystemCalls = {
    SystemCalls.linux.imitatingHugePages.seeing(only: shortFiles)
  }
  /// Whether it takes memory that the process never gives back.
  var keepsMemory = false
  /// What has to be there first. Nothing fails here.
  var prepare: @Sendable (SweepSubject) throws -> Void = { _ in }

  static let shortFiles = [
    "/proc/meminfo": "MemAvailable:   16777216 kB\n",
    "/sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
  ]
  /// The operation.
  let perform: @Sendable (SweepSubject) throws(RegionError) -> Void
}

enum FaultSweep {
  /// Calls whose failure costs at most a figure, a check or a hint: looking something up, the advice
  /// against huge pages, and closing a descriptor.
  private static let alwaysHarmless: Set<SystemCallFaults.Call> = [
    .readFile, .advise(.noHugePages), .policy, .close, .lockLimit,
  ]

  static let errnos: [Errno] = [.noMemory, .notPermitted, .invalidArgument, .noFunction]

  /// What is wrong with the operation: nothing, if all is well.
  static func problems(of operation: SweptOperation, with errnos: [Errno]) -> [String] {
    var problems: [String] = []
    var failures = 0
    for errno in errnos {
      for number in 0..<1000 {
        let outcome = attempt(operation, number, errno)
        problems += outcome.problems.map { "\(operation.name), call \(number), \(errno): \($0)" }
        if !outcome.hasFailed { break }
        failures += 1
      }
    }
    if failures == 0 { problems.append("\(operation.name): no call was made to fail") }
    return problems
  }

  private static func attempt(
    _ operation: SweptOperation, _ number: Int, _ errno: Errno
  ) -> (problems: [String], hasFailed: Bool) {
    let journal = CallJournal()
    var (problems, isKept) = perform(operation, journal, number, errno)
    // What the operation worked on is gone now.
    if !isKept && !journal.isBalanced { problems.append("something is left") }
    return (problems, journal.failedCall != nil)
  }

  /// Performs the operation with call `number` failing. Also says whether something is kept for good
  /// reason: blocks that are never unmapped, or what an unmapping that failed left.
  private static func perform(
    _ operation: SweptOperation, _ journal: CallJournal, _ number: Int, _ errno: Errno
  ) -> (problems: [String], isKept: Bool) {
    var problems: [String] = []
    let subject = SweepSubject(journal.table(over: operation.base()))
    do { try operation.prepare(subject) } catch { return (["cannot prepare: \(error)"], false) }
    let (state, holdings) = (subject.state, journal.holdings)
    journal.arm(failing: number, errno: errno)
    defer { journal.disarm() }
    do throws(RegionError) {
      try operation.perform(subject)
      guard let call = journal.failedCall else { return ([], operation.keepsMemory) }
      if !alwaysHarmless.union(operation.harmless).contains(call) {
        problems.append("nobody heard that \(call) failed")
      }
    } catch {
      if let problem = explain(error, operation, journal.failed, errno) {
        problems.append(problem)
      }
      if subject.state != state { problems.append("changed: \(state) to \(subject.state)") }
      if journal.holdings != holdings { problems.append("holds something more: \(error)") }
      journal.disarm()
      do throws(RegionError) {
        try operation.perform(subject)
      } catch {
        problems.append("fails again, without a fault: \(error)")
      }
    }
    return (problems, operation.keepsMemory || journal.failedCall == .unmap)
  }

  /// What is wrong with an error; nil if it says what failed.
  private static func explain(
    _ error: RegionError, _ operation: SweptOperation, _ failed: String?, _ errno: Errno
  ) -> String? {
    guard let failed else { return "failed by itself: \(error)" }
    if error.call == nil {
      return operation.unexplained.contains(error.kind) ? nil : "names no call: \(error)"
    }
    guard error.call != failed || error.errno != errno else { return nil }
    return "\(failed) failed with \(errno), but it says: \(error)"
  }
}
