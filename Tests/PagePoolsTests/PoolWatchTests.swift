import MemoryTestSupport
import PagePools
import Testing

/// What a test leaves behind is found, however it leaves it.
@Suite(.leavesNoPages) struct PoolWatchTests {
  private static let handleIsGone = "pool 1 of 1: its handle is gone and pages are still out"
  private static let pagesAreOut = "pool 1 of 1: 3 page(s) are out"

  /// Does what the trait does around a test.
  private func test(_ trait: LeakCheck, _ body: @Sendable () throws -> Void) async throws {
    let test = try #require(Test.current)
    try await trait.provideScope(for: test, testCase: Test.Case.current, performing: body)
  }

  private func isIssue(_ issue: Issue, saying text: String) -> Bool {
    issue.comments.contains { $0.rawValue.contains(text) }
  }

  private static func takeThree(of pool: PagePool) throws -> Range<Int> {
    let first = try pool.reference.allocate(pages: 3, contents: .uninitialized, reclaim: .never)
    return first..<first + 3
  }

  @Test func pagesOfAPoolWhoseHandleIsGone() async throws {
    try await withKnownIssue {
      try await test(.leavesNoPages) {
        _ = try Self.takeThree(of: PoolTestMemory.makePool(pages: 8))
      }
    } matching: {
      isIssue($0, saying: Self.handleIsGone)
    }
  }

  @Test func pagesOfAPoolThatIsHeld() async throws {
    let held = Guarded<PagePool?>(nil)
    try await withKnownIssue {
      try await test(.leavesNoPages) {
        let pool = PoolTestMemory.makePool(pages: 8)
        held.withLock { $0 = pool }
        _ = try Self.takeThree(of: pool)
      }
    } matching: {
      isIssue($0, saying: Self.pagesAreOut)
    }
  }

  @Test func pagesOfAThreadsPool() async throws {
    try await withKnownIssue {
      try await test(.leavesNoPages) {
        onThreads(1) { _ in _ = try? Self.takeThree(of: PoolTestMemory.makePool(pages: 8)) }
      }
    } matching: {
      isIssue($0, saying: Self.handleIsGone)
    }
  }

  @Test func aTestThatThrowsIsLookedAtAsWell() async {
    struct Failure: Error {}
    await withKnownIssue {
      await #expect(throws: Failure.self) {
        try await test(.leavesNoPages) {
          _ = try Self.takeThree(of: PoolTestMemory.makePool(pages: 8))
          throw Failure()
        }
      }
    } matching: {
      isIssue($0, saying: Self.handleIsGone)
    }
  }

  @Test func whatIsBackIsNoLeak() async throws {
    try await test(.leavesNoPages) {
      let pool = PoolTestMemory.makePool(pages: 8)
      pool.reference.free(try Self.takeThree(of: pool))
    }
  }

  @Test func aTestMayLeavePages() async throws {
    try await test(.leavesPages(because: "this is what it is about")) {
      _ = try Self.takeThree(of: PoolTestMemory.makePool(pages: 8))
    }
  }

  @Test func aTestThatMayMust() async throws {
    try await withKnownIssue {
      try await test(.leavesPages(because: "it once did")) {
        _ = PoolTestMemory.makePool(pages: 8)
      }
    } matching: {
      isIssue($0, saying: "though it once did")
    }
  }

  @Test func aSuiteWithoutTheTrait() {
    withKnownIssue {
      PoolWatch.$current.withValue(nil) { _ = PoolTestMemory.makePool(pages: 8) }
    } matching: {
      isIssue($0, saying: "needs the trait .leavesNoPages")
    }
  }
}
