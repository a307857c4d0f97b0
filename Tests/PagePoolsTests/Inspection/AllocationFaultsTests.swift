import MemoryTestSupport
import PagePools
import Testing

@Suite(.leavesNoPages) struct AllocationFaultsTests {
  private func pool() -> PagePool {
    PoolTestMemory.makePool(pages: 1024, cacheMethod: .exchange, cacheByteLimit: 1 << 20)
  }

  /// Which of so many requests fail.
  private func failing(
    _ pool: PagePool, of count: Int, order: Int = 0, tag: AllocationTag = .none
  ) -> [Int] {
    var failed: [Int] = []
    for number in 0..<count {
      do throws(OutOfMemory) {
        let frame = try pool.reference.allocate(
          order: order, contents: .uninitialized, reclaim: .allowed, tag: tag)
        pool.reference.free(frame..<frame + 1 << order)
      } catch {
        #expect(error.reason == .injected)
        failed.append(number)
      }
    }
    return failed
  }

  @Test func theNthFails() throws {
    let pool = pool()
    for number in 0..<5 {
      pool.inject(AllocationFaults(passing: number, count: 1))
      #expect(failing(pool, of: 8) == [number])
      #expect(pool.removeFaults() == AllocationFaults.Outcome(matched: 8, failed: 1))
    }
    #expect(failing(pool, of: 8) == [])
    #expect(pool.statistics.failures == 5)
    #expect(pool.leakReport.isEmpty)
    try pool.checkInvariants()
  }

  @Test func smallBlocksAndOtherTagsAreMet() {
    let pool = pool()
    pool.inject(AllocationFaults(smallestOrder: 2, tag: "rx"))
    #expect(failing(pool, of: 3, order: 1, tag: "rx") == [])
    #expect(failing(pool, of: 3, order: 2, tag: "tx") == [])
    #expect(failing(pool, of: 3, order: 2, tag: .here("rx")) == [0, 1, 2])
  }

  @Test func someFailByChance() {
    let pool = pool()
    pool.inject(AllocationFaults(probability: 0.25, seed: 7))
    let failed = failing(pool, of: 1000)
    #expect((150..<350).contains(failed.count))
    pool.inject(AllocationFaults(probability: 0.25, seed: 7))
    #expect(failing(pool, of: 1000) == failed)
  }

  @Test func everyFormOfARequestCanFail() throws {
    let pool = pool()
    let view = try pool.limited(to: 100)
    pool.inject(AllocationFaults())
    let reference = pool.reference
    func reason(_ body: () throws(OutOfMemory) -> Void) -> OutOfMemory.Reason? {
      do throws(OutOfMemory) {
        try body()
        return nil
      } catch {
        return error.reason
      }
    }
    #expect(
      reason { () throws(OutOfMemory) in
        _ = try reference.allocate(pages: 3, contents: .zeroed, reclaim: .never)
      } == .injected)
    #expect(
      reason { () throws(OutOfMemory) in
        try reference.allocate(singlePages: 3, reclaim: .never) { _ in }
      } == .injected)
    #expect(
      reason { () throws(OutOfMemory) in
        _ = try reference.allocate(
          pages: 3, for: view.client, contents: .zeroed, reclaim: .never)
      } == .injected)
    #expect(
      reason { () throws(OutOfMemory) in
        try reference.allocate(
          singlePages: 3, for: view.client, contents: .zeroed, reclaim: .never
        ) { _ in }
      } == .injected)
    #expect(pool.statistics.allocatedPages == 0)
    #expect(view.allocatedPages == 0)
  }

  @Test func cachesComeBackIntoUse() throws {
    let pool = pool()
    pool.inject(AllocationFaults(count: 0))
    #expect(failing(pool, of: 3) == [])
    #expect(pool.statistics.cachedPages == 0)
    pool.removeFaults()
    pool.removeFaults()
    #expect(failing(pool, of: 3) == [])
    #expect(pool.statistics.cachedPages > 0)
  }
}
