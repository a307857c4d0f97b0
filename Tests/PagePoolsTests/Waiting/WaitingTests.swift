import MemoryTestSupport
import PagePools
import Testing

@Suite(.leavesNoPages) struct WaitingTests {
  private func firstPage(_ pool: PagePool, _ waiting: WaitingRequest) -> Int? {
    guard case .granted(let first) = pool.reference.fate(of: waiting) else { return nil }
    return first
  }

  private func taken(_ pool: PagePool, pages: Int) throws -> Range<Int> {
    let first = try pool.reference.allocate(pages: pages, contents: .uninitialized, reclaim: .never)
    return first..<first + pages
  }

  @Test func whatIsThereIsGrantedAtOnce() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let waiting = WaitingRequest(.run(pages: 3))
    #expect(pool.reference.join(waiting) == .granted(firstPage: 0))
    let frames = try pool.reference.receive(
      waiting, firstPage: 0, contents: .zeroed, tag: .none)
    #expect(pool.statistics.allocatedPages == 3)
    #expect(pool.statistics.allocations == 1)
    pool.reference.free(frames)
    try pool.checkInvariants()
  }

  @Test func pagesThatComeBackGoToTheHead() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let all = try taken(pool, pages: 8)
    let (first, second) = (WaitingRequest(.run(pages: 2)), WaitingRequest(.run(pages: 1)))
    #expect(pool.reference.join(first) == .waiting)
    #expect(pool.reference.join(second) == .waiting)
    // One page would do for the second, which does not overtake.
    pool.reference.free(0..<1)
    #expect(firstPage(pool, second) == nil)
    pool.reference.free(1..<2)
    #expect(firstPage(pool, first) == 0)
    #expect(firstPage(pool, second) == nil)
    pool.reference.free(5..<6)
    #expect(firstPage(pool, second) == 5)
    pool.reference.free(0..<2)
    pool.reference.free(2..<all.upperBound)
    #expect(pool.statistics.freePages == 8)
    try pool.checkInvariants()
  }

  @Test(.leavesFrames) func requestsThatDoNotWaitDoNotOvertake() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    _ = try taken(pool, pages: 8)
    let waiting = WaitingRequest(.run(pages: 4))
    #expect(pool.reference.join(waiting) == .waiting)
    pool.reference.free(0..<2)
    let error = #expect(throws: OutOfMemory.self) { try taken(pool, pages: 1) }
    #expect(error?.reason == .othersWait)
    #expect(error?.freePages == 2)
    pool.reference.endWait(of: waiting)
    guard case .ended(let failure) = pool.reference.fate(of: waiting) else {
      Issue.record("The wait has not ended.")
      return
    }
    #expect(failure.reason == .exhausted)
    #expect(failure.freePages == 2)
    #expect(try taken(pool, pages: 1) == 0..<1)
  }

  @Test func aReserveIsItsClientsWhoeverWaits() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let view = try pool.limited(to: 4, reserving: 2)
    let waiting = WaitingRequest(.run(pages: 7))
    #expect(pool.reference.join(waiting) == .waiting)
    let first = try pool.reference.allocate(
      pages: 2, for: view.client, contents: .zeroed, reclaim: .never)
    #expect(throws: OutOfMemory.self) {
      try pool.reference.allocate(pages: 1, for: view.client, contents: .zeroed, reclaim: .never)
    }
    view.client.reference.freeFrames(first..<first + 2, of: pool)
    pool.reference.endWait(of: waiting)
    withExtendedLifetime(view) {}
  }

  @Test(.leavesFrames) func theNextIsServedWhenTheHeadGivesUp() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    _ = try taken(pool, pages: 8)
    let (head, next) = (WaitingRequest(.block(order: 3)), WaitingRequest(.run(pages: 1)))
    _ = pool.reference.join(head)
    _ = pool.reference.join(next)
    pool.reference.free(3..<4)
    #expect(firstPage(pool, next) == nil)
    let woken = PoolTestMemory.Flag()
    pool.reference.notify(next) { woken.set() }
    pool.reference.endWait(of: head)
    #expect(firstPage(pool, next) == 3)
    #expect(woken.isSet)
  }

  @Test(.leavesFrames) func whoIsDecidedAlreadyIsWokenAtOnce() {
    let pool = PoolTestMemory.makePool(pages: 8)
    let waiting = WaitingRequest(.run(pages: 1))
    _ = pool.reference.join(waiting)
    let woken = PoolTestMemory.Flag()
    pool.reference.notify(waiting) { woken.set() }
    #expect(woken.isSet)
  }

  @Test func declinedPagesGoToTheNext() throws {
    let pool = PoolTestMemory.makePool(pages: 2)
    let (first, second) = (WaitingRequest(.run(pages: 2)), WaitingRequest(.run(pages: 2)))
    #expect(pool.reference.join(first) == .granted(firstPage: 0))
    #expect(pool.reference.join(second) == .waiting)
    pool.reference.decline(first, firstPage: 0)
    #expect(firstPage(pool, second) == 0)
    pool.reference.decline(second, firstPage: 0)
    #expect(pool.statistics.freePages == 2)
  }

  @Test(.leavesFrames) func cachesComeBackIntoUseWhenNobodyWaits() throws {
    let pool = PoolTestMemory.makePool(pages: 256, cacheMethod: .exchange, cacheByteLimit: 1 << 20)
    let all = try taken(pool, pages: 256)
    let waiting = WaitingRequest(.run(pages: 1))
    #expect(pool.reference.join(waiting) == .waiting)
    for page in all { pool.reference.free(page..<page + 1) }
    // All but the one that was granted are in the buddy until somebody fills a cache.
    #expect(pool.statistics.freePages == 255)
    _ = try pool.reference.allocate(order: 0, contents: .uninitialized, reclaim: .never)
    #expect(pool.statistics.cachedPages > 0)
  }

  /// The first in the queue had nobody before it, whoever is behind.
  @Test(.leavesFrames) func whoGivesUpAtTheHeadIsToldWhatWasMissing() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    _ = try taken(pool, pages: 8)
    let (head, next) = (WaitingRequest(.block(order: 1)), WaitingRequest(.block(order: 1)))
    _ = pool.reference.join(head)
    _ = pool.reference.join(next)
    pool.reference.free(0..<1)
    pool.reference.free(3..<4)
    pool.reference.endWait(of: head)
    guard case .ended(let failure) = pool.reference.fate(of: head) else {
      Issue.record("The wait has not ended.")
      return
    }
    #expect(failure.reason == .fragmented)
    pool.reference.endWait(of: next)
  }

  /// A task that was granted pages may need the thread of one who asks for others.
  @Test(.timeLimit(.minutes(1)))
  func aGrantedRequestKeepsNobodyAsleep() throws {
    var backing = PoolBacking()
    backing.populate = { _ in true }
    let pool = PoolTestMemory.makePool(pages: 8, backing: backing)
    let held = try taken(pool, pages: 4)
    #expect(pool.reference.trim(keeping: 0) { _ in } == 4)
    let waiting = WaitingRequest(.run(pages: 8))
    #expect(pool.reference.join(waiting) == .waiting)
    pool.reference.free(held)
    #expect(firstPage(pool, waiting) == 0)
    #expect(throws: OutOfMemory.self) { try taken(pool, pages: 1) }
    let frames = try pool.reference.receive(waiting, firstPage: 0, contents: .zeroed, tag: .none)
    pool.reference.free(frames)
    #expect(pool.statistics.freePages == 8)
  }

  @Test(.leavesFrames) func reclaimersAreNotAskedForWhatOthersWaitFor() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    _ = try taken(pool, pages: 8)
    let calls = Guarded(0)
    let token = pool.onPressure { _ in
      calls.withLock { $0 += 1 }
      return 1
    }
    let waiting = WaitingRequest(.run(pages: 4))
    _ = pool.reference.join(waiting)
    #expect(throws: OutOfMemory.self) {
      try pool.reference.allocate(pages: 1, contents: .uninitialized, reclaim: .allowed)
    }
    #expect(calls.withLock { $0 } == 0)
    pool.reference.endWait(of: waiting)
    _ = consume token
  }

  @Test(.leavesFrames) func aTrimTakesNothingWhileSomebodyWaits() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    _ = try taken(pool, pages: 6)
    let waiting = WaitingRequest(.run(pages: 4))
    _ = pool.reference.join(waiting)
    #expect(pool.reference.trim(keeping: 0) { _ in } == 0)
    pool.reference.endWait(of: waiting)
    #expect(pool.reference.trim(keeping: 0) { _ in } == 2)
  }

  @Test func quarantinedPagesAreGranted() throws {
    var inspection = PoolInspection()
    inspection.quarantinedPages = 8
    let pool = PoolTestMemory.makePool(pages: 8, inspection: inspection)
    let all = try taken(pool, pages: 8)
    pool.reference.free(all)
    #expect(pool.statistics.quarantinedPages == 8)
    let waiting = WaitingRequest(.block(order: 3))
    #expect(pool.reference.join(waiting) == .granted(firstPage: 0))
    pool.reference.decline(waiting, firstPage: 0)
  }
}

extension PoolReference {
  /// Gives pages of a client back as their owner would.
  fileprivate func freeFrames(_ frames: Range<Int>, of pool: PagePool) {
    unsafe free(pool.reference.base + frames.lowerBound << 12, pageCount: frames.count)
  }
}
