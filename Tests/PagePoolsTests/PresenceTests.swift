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

@Suite struct PresenceTests {
  @Test func absentPagesAreBroughtInBeforeTheyAreHandedOut() throws {
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
  @Test func wholeUnitsAreBroughtIn() throws {
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

  @Test func aRequestFailsIfTheKernelHasNoMemory() throws {
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
  @Test func keptPagesServeWhenTheKernelHasNoMemory() throws {
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
