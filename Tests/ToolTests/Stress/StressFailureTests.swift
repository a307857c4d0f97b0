import Testing

@testable import iopages

@Suite struct StressFailureTests {
  @Test(arguments: [(0, 1), (7, 1 << 36 - 1), (StressOwner.largestThread, 12_345)])
  func anOwnerKeepsItsThreadAndOperation(thread: Int, operation: Int) {
    let owner = StressOwner(thread: thread, operation: operation)
    #expect(owner.thread == thread)
    #expect(owner.operation == operation)
    #expect(owner.bits != 0 && owner.bits < 1 << 48)
    #expect(owner.description == "thread \(thread) in its operation \(operation)")
  }

  @Test func nobodyIsNobody() {
    #expect(StressOwner(bits: 0).description == "nobody")
  }

  @Test func aFailureIsOneSentence() {
    var failure = StressFailure(
      thread: 2, operation: 34, action: "giving back", block: "run of 4096 bytes",
      fault: StressFault(expected: "this", found: "that"))
    #expect(
      failure.description
        == "thread 2, operation 34, giving back, run of 4096 bytes: expected this, found that")
    failure.thread = nil
    failure.block = ""
    #expect(failure.description == "at the end, giving back: expected this, found that")
  }
}
