import Synchronization
import Testing

@testable import iopages

@Suite struct JoinedThreadTests {
  @Test func aThreadIsOverWhenItIsJoined() throws {
    let sum = Atomic<Int>(0)
    let work = Sum(sum: 0)
    for number in 1...10 {
      let thread = try JoinedThread { work.add(number) }
      thread.join()
      sum.add(number, ordering: .relaxed)
      #expect(work.value == sum.load(ordering: .relaxed))
    }
  }

  private final class Sum: Sendable {
    private let sum: Atomic<Int>
    init(sum: Int) { self.sum = Atomic(sum) }
    func add(_ number: Int) { sum.add(number, ordering: .relaxed) }
    var value: Int { sum.load(ordering: .relaxed) }
  }
}
