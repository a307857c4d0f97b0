import MemoryTestSupport
import Synchronization
import Testing
import iopages

@Suite struct LaneThreadsTests {
  @Test(arguments: [1, 2, 7])
  func eachLaneRunsOnce(count: Int) throws {
    let lanes = Guarded<[Int]>([])
    try LaneThreads.run(count: count) { lane in lanes.withLock { $0.append(lane) } }
    #expect(lanes.withLock { $0.sorted() } == Array(0..<count))
  }

  @Test func lanesRunAtTheSameTime() throws {
    // Each waits for all the others: one after another, they would never end.
    let barrier = LaneBarrier(laneCount: 4)
    let met = Atomic<Int>(0)
    try LaneThreads.run(count: 4) { _ in barrier.meet { met.add(1, ordering: .relaxed) } }
    #expect(met.load(ordering: .relaxed) == 1)
  }
}
