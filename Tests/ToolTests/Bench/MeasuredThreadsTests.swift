import IOPages
import Synchronization
import Testing

@testable import iopages

@Suite struct MeasuredThreadsTests {
  @Test(arguments: [1, 2, 3])
  func runsEachThreadOnceAndMeasuresTogether(count: Int) throws {
    let threads = MeasuredThreads(count: count, processors: try Processors())
    let indices = Mutex<[Int]>([])
    let ready = Atomic<Int>(0)
    let early = Atomic<Int>(0)
    let elapsed = try threads.run { index, clock in
      indices.withVisibleLock { $0.append(index) }
      for round in 1...3 {
        ready.add(1, ordering: .sequentiallyConsistent)
        clock.measure {
          // Nobody starts before all have come.
          if ready.load(ordering: .sequentiallyConsistent) < round * count {
            early.add(1, ordering: .relaxed)
          }
        }
      }
    }
    #expect(indices.withVisibleLock { $0.sorted() } == Array(0..<count))
    #expect(early.load(ordering: .relaxed) == 0)
    #expect(elapsed > 0)
  }
}
