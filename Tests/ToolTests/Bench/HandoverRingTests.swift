import MemoryTestSupport
import Synchronization
import Testing

@testable import iopages

@Suite struct HandoverRingTests {
  // Ends within a burst, with a burst, with a full ring, and far beyond one.
  @Test(arguments: [1, 31, 32, 33, 64, 100_003], [64, 1024])
  func handsOverAllInOrder(count: Int, capacity: Int) {
    let ring = HandoverRing<Int>(capacity: capacity)
    let mismatches = Atomic<Int>(0)
    onThreads(2) { thread in
      var cursor = HandoverRing<Int>.Cursor()
      if thread == 0 {
        for number in 0..<count { ring.put(number, at: &cursor) }
        ring.finishPutting(&cursor)
      } else {
        for number in 0..<count where ring.take(at: &cursor) != number {
          mismatches.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(mismatches.load(ordering: .relaxed) == 0)
  }

  @Test func refusesACapacityThatIsNoPowerOfTwo() async {
    await #expect(processExitsWith: .failure) { _ = HandoverRing<Int>(capacity: 48) }
  }
}
