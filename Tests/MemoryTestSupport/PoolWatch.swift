// Every pool that a test opens is looked at when the test is over: by then no page may be out. The
// test targets' own ways to open a pool report it here, and the trait below, which a suite has
// once, looks at the end of each of its tests. A pool that is opened in a test of a suite without
// the trait is a failure itself, so that neither can be forgotten.

package import PagePools
package import Testing

/// The pools that one test has opened.
package final class PoolWatch: Sendable {
  /// What the test at work has opened. Nil outside of tests, as in the process of an exit test.
  @TaskLocal package static var current: PoolWatch?

  // Weak: when a pool ends is what many tests are about. The memory tells what becomes of a pool
  // whose handle is gone, since nobody but the pool has it.
  private struct Member {
    weak var pool: PagePool?
    weak var memory: AnyObject?
  }
  private let members = Guarded<[Member]>([])

  package init() {}

  /// Has a pool looked at when the test is over.
  package static func opened(_ pool: PagePool) {
    if let current {
      current.members.withLock { $0.append(Member(pool: pool, memory: pool.reference.owner)) }
    } else if let test = Test.current {
      Issue.record("\(test.name) opens a pool: its suite needs the trait .leavesNoPages")
    }
  }

  /// A line for each pool with pages out: those that live, and those that only their pages keep.
  package var leaks: [String] {
    let members = members.withLock { $0 }
    return members.enumerated().compactMap { (index, member) -> String? in
      let name = "pool \(index + 1) of \(members.count)"
      guard let pool = member.pool else {
        return member.memory == nil ? nil : "\(name): its handle is gone and pages are still out"
      }
      let report = pool.leakReport
      return report.isEmpty ? nil : "\(name): \(report)"
    }
  }
}

/// Looks at all pools that a test has opened when it is over.
package struct LeakCheck: TestTrait, SuiteTrait, TestScoping {
  /// Why pages are out in the end; nil where none may be.
  fileprivate var reason: String?

  package var isRecursive: Bool { true }

  package func provideScope(
    for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
  ) async throws {
    let watch = PoolWatch()
    defer { judge(watch.leaks) }
    try await PoolWatch.$current.withValue(watch) { try await body() }
  }

  private func judge(_ leaks: [String]) {
    if let reason {
      // What is said of a test must stay true.
      if leaks.isEmpty { Issue.record("No page is out in the end, though \(reason)") }
    } else {
      for leak in leaks { Issue.record("Pages are out in the end: \(leak)") }
    }
  }
}

extension Trait where Self == LeakCheck {
  /// No test may leave pages of its pools out.
  package static var leavesNoPages: LeakCheck { LeakCheck(reason: nil) }

  /// A test leaves pages of its pools out, for a reason.
  package static func leavesPages(because reason: String) -> LeakCheck { LeakCheck(reason: reason) }
}
