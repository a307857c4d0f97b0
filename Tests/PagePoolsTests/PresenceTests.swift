import MemoryTestSupport
import Synchronization
import Testing

@testable import PagePools

/// A kernel that has no memory when it is told to have none.
private final class Kernel: Sendable {
  let hasMemory = Atomic<Bool>(true)
  let populated = Guarded<[Range<Int>]>([])

  var backing: PoolBacking {
    var backing = PoolBacking()
    backing.populate = { pages in
      guard self.hasMemory.load(ordering: .relaxed) else { return false }
      self.populated.withLock { $0.append(pages) }
      return true
    }
    return backing
  }
}

extension PagePool {
  fileprivate func trimAll(keeping: Int = 0) {
    _ = reference.trim(keeping: keeping) { (_) throws(Never) in }
  }

  fileprivate func reason(of body: (PoolReference) throws(OutOfMemory) -> Void) -> OutOfMemory? {
    do throws(OutOfMemory) {
      try body(reference)
      return nil
    } catch {
      return error
    }
  }
}

@Suite(.leavesNoPages) struct PresenceTests {
  @Test(.leavesFrames) func absentPagesAreBroughtInBeforeTheyAreHandedOut() throws {
    let kernel = Kernel()
    let pool = PoolTestMemory.makePool(pages: 2048, backing: kernel.backing)
    pool.trimAll()
    let first = try pool.reference.allocate(pages: 5, contents: .zeroed, reclaim: .never)
    let populated = kernel.populated.withLock { $0 }
    #expect(populated.count == 1)
    #expect(populated.first?.contains(first) == true && populated.first?.count == 512)
    #expect(pool.statistics.absentPages == 2048 - 512)
    // The neighbours are there already.
    let second = try pool.reference.allocate(order: 2, contents: .zeroed, reclaim: .never)
    #expect(second / 512 == first / 512)
    #expect(kernel.populated.withLock { $0.count } == 1)
    try pool.checkInvariants()
  }

  /// Huge pages come whole, up to the end of what the pool has.
  @Test(.leavesFrames) func wholeUnitsAreBroughtIn() throws {
    let kernel = Kernel()
    var backing = kernel.backing
    backing.unitOrder = 10
    let pool = PoolTestMemory.makePool(pages: 4096, backing: backing)
    pool.trimAll()
    #expect(pool.statistics.absentPages == 4096)
    let first = try pool.reference.allocate(pages: 3, contents: .zeroed, reclaim: .never)
    let run = try pool.reference.allocate(pages: 1500, contents: .zeroed, reclaim: .never)
    let populated = kernel.populated.withLock { $0 }
    #expect(populated.count == 2)
    for range in populated { #expect(range.lowerBound % 1024 == 0 && range.count % 1024 == 0) }
    #expect(populated.first?.contains(first) == true)
    #expect(populated.last?.contains(run + 1499) == true)
  }

  @Test(.leavesFrames) func aRequestFailsIfTheKernelHasNoMemory() throws {
    let kernel = Kernel()
    let pool = PoolTestMemory.makePool(pages: 64, backing: kernel.backing)
    pool.trimAll()
    kernel.hasMemory.store(false, ordering: .relaxed)
    let failures = [
      pool.reason { (pool) throws(OutOfMemory) in
        _ = try pool.allocate(pages: 5, contents: .zeroed, reclaim: .allowed)
      },
      pool.reason { (pool) throws(OutOfMemory) in
        _ = try pool.allocate(order: 3, contents: .zeroed, reclaim: .allowed)
      },
      pool.reason { (pool) throws(OutOfMemory) in
        try pool.allocate(singlePages: 4, reclaim: .allowed) { _ in Issue.record("Not backed.") }
      },
    ]
    #expect(failures.map { $0?.reason } == [.notBacked, .notBacked, .notBacked])
    #expect(failures.map { $0?.requestedPages } == [5, 8, 4])
    // Everything is back, and counted as it should be.
    #expect(pool.statistics.freePages == 64)
    #expect(pool.statistics.absentPages == 64)
    #expect(pool.statistics.failures == 3)
    #expect(pool.statistics.allocations == 0)
    kernel.hasMemory.store(true, ordering: .relaxed)
    #expect(try pool.reference.allocate(pages: 64, contents: .zeroed, reclaim: .never) == 0)
    try pool.checkInvariants()
  }

  /// What was kept serves while the kernel has nothing, though the buddy would rather take others.
  @Test(.leavesFrames) func keptPagesServeWhenTheKernelHasNoMemory() throws {
    let kernel = Kernel()
    let pool = PoolTestMemory.makePool(pages: 64, backing: kernel.backing)
    pool.trimAll(keeping: 12)
    let reference = pool.reference
    // With page 32 out, the block that fits a single page best is page 33.
    #expect(reference.withLock { $0.buddy.allocate(at: 32..<33) })
    kernel.hasMemory.store(false, ordering: .relaxed)
    var singles: [Int] = []
    try reference.allocate(singlePages: 2, reclaim: .never) { singles.append($0) }
    let run = try reference.allocate(pages: 3, contents: .zeroed, reclaim: .never)
    let block = try reference.allocate(order: 1, contents: .zeroed, reclaim: .never)
    #expect(singles.allSatisfy { $0 < 12 } && run < 12 && block < 12)
    let failure = pool.reason { (pool) throws(OutOfMemory) in
      try pool.allocate(singlePages: 40, reclaim: .never) { _ in }
    }
    #expect(failure?.reason == .notBacked)
    for page in singles { reference.free(page..<page + 1) }
    reference.free(run..<run + 3)
    reference.free(block..<block + 2)
    #expect(pool.statistics.freePages == 63)
    try pool.checkInvariants()
  }

  /// A request that has absent pages may have to put them back: others wait for it, and do not fail.
  @Test(.leavesFrames, .tags(.concurrency)) func aRequestWaitsForPagesThatMayComeBack() throws {
    let isAsked = Atomic<Bool>(false)
    let mayAnswer = Atomic<Bool>(false)
    var backing = PoolBacking()
    backing.populate = { _ in
      isAsked.store(true, ordering: .releasing)
      while !mayAnswer.load(ordering: .acquiring) {}
      return false
    }
    let pool = PoolTestMemory.makePool(pages: 64, backing: backing)
    pool.trimAll(keeping: 63)
    let reference = pool.reference
    let first = Guarded<OutOfMemory.Reason?>(nil)
    let asker = RunningThread {
      let failure = pool.reason { (pool) throws(OutOfMemory) in
        _ = try pool.allocate(pages: 64, contents: .uninitialized, reclaim: .never)
      }
      first.withLock { $0 = failure?.reason }
    }
    while !isAsked.load(ordering: .acquiring) {}
    // All 64 pages are the first request's at the moment; 63 of them need nothing from the kernel.
    let second = Guarded<Int?>(nil)
    let other = RunningThread {
      let page = try? reference.allocate(order: 0, contents: .uninitialized, reclaim: .never)
      second.withLock { $0 = page }
    }
    while reference.withLock({ $0.trimming.waiters }) == 0 {}
    mayAnswer.store(true, ordering: .releasing)
    asker.wait()
    other.wait()
    #expect(first.withLock { $0 } == .notBacked)
    #expect(second.withLock { $0 } != nil, "a page was free all the time")
    #expect(reference.withLock { $0.trimming.arriving } == 0)
  }

  /// What goes back to the buddy because the kernel has no memory is the client's still.
  @Test(.leavesFrames) func aReserveStandsWhenTheKernelHasNoMemory() throws {
    let kernel = Kernel()
    let pool = PoolTestMemory.makePool(pages: 10, backing: kernel.backing)
    let view = try pool.limited(to: 10, reserving: 10)
    pool.drainCaches()
    // A trim keeps what is reserved, so the pages are made absent by hand.
    pool.reference.withLock { _ = pool.reference.markAbsent(0..<10, &$0) }
    kernel.hasMemory.store(false, ordering: .relaxed)
    let failures = [
      pool.reason { (pool) throws(OutOfMemory) in
        try pool.allocate(
          singlePages: 10, for: view.client, contents: .uninitialized, reclaim: .never
        ) { _ in }
      },
      pool.reason { (pool) throws(OutOfMemory) in
        _ = try pool.allocate(
          order: 3, for: view.client, contents: .uninitialized, reclaim: .never)
      },
    ]
    #expect(failures.map { $0?.reason } == [.notBacked, .notBacked])
    #expect(failures.map { $0?.freePages } == [10, 10], "all of it is the client's")
    #expect(view.allocatedPages == 0)
    #expect(pool.reference.withLock { $0.reserved } == 10)
    kernel.hasMemory.store(true, ordering: .relaxed)
    let others = pool.reason { (pool) throws(OutOfMemory) in
      _ = try pool.allocate(order: 0, contents: .uninitialized, reclaim: .never)
    }
    #expect(others?.reason == .exhausted)
    var pages = 0
    try pool.reference.allocate(
      singlePages: 10, for: view.client, contents: .uninitialized, reclaim: .never
    ) { _ in pages += 1 }
    #expect(pages == 10)
  }

  /// Pages that a trim discards while others are brought in are absent afterwards.
  @Test(.tags(.concurrency)) func bringingInAndTrimmingAtTheSameTime() throws {
    // What the kernel has behind each page, as it should be behind every page that is handed out.
    let isThere = Guarded(Array(repeating: true, count: 1024))
    var backing = PoolBacking()
    backing.populate = { pages in
      isThere.withLock { for page in pages { $0[page] = true } }
      return true
    }
    let pool = PoolTestMemory.makePool(pages: 1024, backing: backing)
    let reference = pool.reference
    onThreads(3) { index in
      var random = SplitMix64(seed: UInt64(index))
      for _ in 0..<1500 {
        if index == 0 {
          _ = reference.trim(keeping: random.number(below: 512)) { (pages) throws(Never) in
            isThere.withLock { for page in pages { $0[page] = false } }
          }
          continue
        }
        let count = random.number(in: 1...40)
        guard
          let first = try? reference.allocate(
            pages: count, contents: .uninitialized, reclaim: .never)
        else { continue }
        #expect(isThere.withLock { there in (first..<first + count).allSatisfy { there[$0] } })
        reference.free(first..<first + count)
      }
    }
    #expect(pool.statistics.freePages == 1024)
  }
}
