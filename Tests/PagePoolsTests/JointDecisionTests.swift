// Whether several pools are out of memory at one instant.

import MemoryTestSupport
import Synchronization
import Testing

@testable import PagePools

@Suite(.leavesNoPages, .tags(.concurrency), .timeLimit(.minutes(5))) struct JointDecisionTests {
  private func noneCanMeet(_ request: PageRequest, _ pools: [PagePool]) -> Bool {
    PoolReference.noneCanMeet(request, pools.map(\.reference)[...])
  }

  @Test func anyPoolThatCanMeetARequestIsFound() throws {
    let pools = [16, 64, 32].map { PoolTestMemory.makePool(pages: $0) }
    #expect(!noneCanMeet(.block(order: 6), pools))
    #expect(noneCanMeet(.block(order: 7), pools))
    #expect(noneCanMeet(.block(order: .max), pools))
    #expect(!noneCanMeet(.run(pages: 33), pools))
    #expect(noneCanMeet(.run(pages: 65), pools))
    #expect(!noneCanMeet(.singles(count: 64), pools))
    #expect(noneCanMeet(.singles(count: 65), pools))
    #expect(noneCanMeet(.block(order: 0), []))
    let last = try pools[1].reference.allocate(pages: 1, contents: .uninitialized, reclaim: .never)
    #expect(noneCanMeet(.block(order: 6), pools))
    #expect(noneCanMeet(.run(pages: 33), pools))
    #expect(!noneCanMeet(.singles(count: 63), pools))
    pools[1].reference.free(last..<last + 1)
    #expect(!noneCanMeet(.block(order: 6), pools))
  }

  @Test(arguments: Processors.cacheMethods)
  func whatCachesHoldIsFoundToo(method: ProcessorCacheMethod) throws {
    let pool = PoolTestMemory.makePool(pages: 4096, cacheMethod: method, cacheByteLimit: 1 << 20)
    let frame = try pool.reference.allocate(order: 0, contents: .uninitialized, reclaim: .never)
    pool.reference.free(frame..<frame + 1)
    #expect(pool.statistics.cachedPages > 0)
    #expect(!noneCanMeet(.singles(count: 4096), [pool]))
    // It is open again.
    let next = try pool.reference.allocate(order: 0, contents: .uninitialized, reclaim: .never)
    #expect(pool.statistics.cachedPages > 0)
    pool.reference.free(next..<next + 1)
    try pool.checkInvariants()
  }

  @Test func whatIsPromisedToOthersIsNotFree() throws {
    let pool = PoolTestMemory.makePool(pages: 16)
    let view = try pool.limited(to: 8, reserving: 4)
    #expect(!noneCanMeet(.singles(count: 12), [pool]))
    #expect(noneCanMeet(.singles(count: 13), [pool]))
    _ = consume view
    #expect(!noneCanMeet(.singles(count: 13), [pool]))
  }

  @Test func decisionsOfSeveralThreadsDoNotWaitForEachOther() {
    let pools = (0..<3).map { _ in PoolTestMemory.makePool(pages: 64) }
    onThreads(3) { index in
      // Each thread asks some of them, all in the same order.
      let asked = pools.enumerated().filter { $0.offset != index }.map(\.element)
      for _ in 0..<20_000 {
        if noneCanMeet(.singles(count: 64), asked) {
          #expect(!noneCanMeet(.singles(count: 1), asked))
        }
        if let frame = try? asked[0].reference.allocate(
          pages: 1, contents: .uninitialized, reclaim: .never)
        {
          asked[0].reference.free(frame..<frame + 1)
        }
      }
    }
    #expect(!noneCanMeet(.block(order: 6), pools))
  }
}
