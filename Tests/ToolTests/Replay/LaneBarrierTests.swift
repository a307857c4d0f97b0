import Synchronization
import Testing
import iopages

@Suite struct LaneBarrierTests {
  @Test(arguments: [1, 2, 3, 8])
  func nobodyPassesBeforeAllHaveCome(laneCount: Int) throws {
    let barrier = LaneBarrier(laneCount: laneCount)
    let arrived = Atomic<Int>(0)
    let met = Atomic<Int>(0)
    let tooEarly = Atomic<Int>(0)
    try LaneThreads.run(count: laneCount) { _ in
      for turn in 1...200 {
        arrived.add(1, ordering: .relaxed)
        barrier.meet {
          met.add(1, ordering: .relaxed)
          if arrived.load(ordering: .relaxed) != turn * laneCount {
            tooEarly.add(1, ordering: .relaxed)
          }
        }
        if met.load(ordering: .relaxed) < turn { tooEarly.add(1, ordering: .relaxed) }
      }
    }
    #expect(met.load(ordering: .relaxed) == 200)
    #expect(tooEarly.load(ordering: .relaxed) == 0)
  }
}
