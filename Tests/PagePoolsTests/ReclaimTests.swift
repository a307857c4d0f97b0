import MemoryTestSupport
import Synchronization
import Testing

@testable import PagePools

/// Pages that a test holds and a reclaimer gives back.
private final class Hoard: Sendable {
  let pool: PoolReference
  let pages = Guarded<[Int]>([])
  let requests = Guarded<[PressureRequest]>([])

  init(of pool: PagePool, pages count: Int) throws {
    self.pool = pool.reference
    var taken: [Int] = []
    try self.pool.allocate(singlePages: count, reclaim: .never) { taken.append($0) }
    pages.withLock { $0 = taken }
  }

  /// Gives back up to `count` pages, the highest first.
  func giveBack(_ count: Int, for request: PressureRequest) -> Int {
    requests.withLock { $0.append(request) }
    let freed = pages.withLock { pages -> [Int] in
      let freed = Array(pages.suffix(count))
      pages.removeLast(freed.count)
      return freed
    }
    for page in freed { pool.free(page..<page + 1) }
    return freed.count
  }
}

@Suite(.leavesNoPages, .tags(.concurrency)) struct ReclaimTests {
  @Test(.leavesFrames) func reclaimersAreAskedBeforeARequestFails() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let hoard = try Hoard(of: pool, pages: 8)
    let token = pool.onPressure { hoard.giveBack($0.pages, for: $0) }
    let first = try pool.reference.allocate(pages: 2, contents: .zeroed, reclaim: .allowed)
    #expect(first == 6)
    #expect(hoard.requests.withLock { $0 } == [PressureRequest(pages: 2, order: 1, attempt: 1)])
    #expect(pool.statistics.pressureRounds == 1)
    #expect(pool.statistics.reclaimedPages == 2)
    _ = consume token
  }

  @Test(.leavesFrames) func reclaimersAreNotAskedWhenForbidden() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    let hoard = try Hoard(of: pool, pages: 4)
    let token = pool.onPressure { hoard.giveBack(4, for: $0) }
    #expect(throws: OutOfMemory.self) {
      try pool.reference.allocate(pages: 1, contents: .zeroed, reclaim: .never)
    }
    #expect(hoard.requests.withLock { $0.isEmpty })
    _ = consume token
  }

  @Test(.leavesFrames) func roundsGoOnWhilePagesComeBack() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let hoard = try Hoard(of: pool, pages: 8)
    // One page at a time, from the top: a block of four is there after four rounds.
    let token = pool.onPressure { hoard.giveBack(1, for: $0) }
    let first = try pool.reference.allocate(order: 2, contents: .zeroed, reclaim: .allowed)
    #expect(first == 4)
    #expect(hoard.requests.withLock { $0.map(\.attempt) } == [1, 2, 3, 4])
    _ = consume token
  }

  @Test(.leavesFrames) func aRoundThatGivesNothingEndsTheRequest() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    let hoard = try Hoard(of: pool, pages: 4)
    let token = pool.onPressure { hoard.giveBack(0, for: $0) }
    #expect(throws: OutOfMemory.self) {
      try pool.reference.allocate(pages: 1, contents: .zeroed, reclaim: .allowed)
    }
    #expect(pool.statistics.pressureRounds == 1)
    #expect(hoard.requests.withLock { $0.count } == 1)
    _ = consume token
  }

  @Test(.leavesFrames) func roundsAreLimitedWhenTheyDoNotHelp() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    _ = try Hoard(of: pool, pages: 4)
    // Claims success, and never has any.
    let token = pool.onPressure { _ in 1 }
    #expect(throws: OutOfMemory.self) {
      try pool.reference.allocate(pages: 1, contents: .zeroed, reclaim: .allowed)
    }
    #expect(pool.statistics.pressureRounds == 16)
    _ = consume token
  }

  @Test(.leavesFrames) func aRequestInsideAReclaimerStartsNoRound() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    let hoard = try Hoard(of: pool, pages: 4)
    let inner = Guarded<[OutOfMemory.Reason]>([])
    let reference = pool.reference
    let token = pool.onPressure { request in
      do throws(OutOfMemory) {
        _ = try reference.allocate(pages: 1, contents: .zeroed, reclaim: .allowed)
      } catch {
        inner.withLock { $0.append(error.reason) }
      }
      return hoard.giveBack(1, for: request)
    }
    _ = try pool.reference.allocate(pages: 1, contents: .zeroed, reclaim: .allowed)
    #expect(inner.withLock { $0 } == [.exhausted])
    #expect(pool.statistics.pressureRounds == 1)
    _ = consume token
  }

  @Test(.leavesFrames) func aDroppedTokenEndsTheCalls() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    let hoard = try Hoard(of: pool, pages: 4)
    do {
      let token = pool.onPressure { hoard.giveBack(4, for: $0) }
      _ = consume token
    }
    #expect(throws: OutOfMemory.self) {
      try pool.reference.allocate(pages: 1, contents: .zeroed, reclaim: .allowed)
    }
    #expect(pool.statistics.pressureRounds == 0)
  }

  @Test(.leavesFrames) func aReclaimerMayDropItsOwnToken() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    let hoard = try Hoard(of: pool, pages: 4)
    let slot = TokenSlot()
    slot.set(
      pool.onPressure { request in
        slot.clear()
        return hoard.giveBack(1, for: request)
      })
    _ = try pool.reference.allocate(pages: 1, contents: .zeroed, reclaim: .allowed)
    #expect(throws: OutOfMemory.self) {
      try pool.reference.allocate(pages: 1, contents: .zeroed, reclaim: .allowed)
    }
    #expect(hoard.requests.withLock { $0.count } == 1)
  }

  @Test(.leavesFrames) func droppingATokenWaitsForARunningCall() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    let hoard = try Hoard(of: pool, pages: 4)
    let meeting = Meeting()
    let reclaimer = Reclaimer { request in
      meeting.entered.signal()
      meeting.mayLeave.wait(after: 0)
      meeting.hasLeft.set()
      return hoard.giveBack(1, for: request)
    }
    let calling = RunningThread {
      _ = reclaimer.call(PressureRequest(pages: 1, order: 0, attempt: 1))
    }
    meeting.entered.wait(after: 0)
    let dropping = RunningThread {
      reclaimer.cancel()
      #expect(meeting.hasLeft.isSet)
    }
    // The call may end only when the cancellation is under way and has to wait for it.
    while !reclaimer.isCancelled {}
    meeting.mayLeave.signal()
    dropping.wait()
    calling.wait()
    #expect(reclaimer.call(PressureRequest(pages: 1, order: 0, attempt: 1)) == 0)
  }

  /// While one thread's round runs, a second one that is short waits for it, and is served by it.
  @Test(.leavesFrames) func aSecondAskerWaitsForTheRound() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    let hoard = try Hoard(of: pool, pages: 4)
    let meeting = Meeting()
    let token = pool.onPressure { request in
      meeting.entered.signal()
      meeting.mayLeave.wait(after: 0)
      return hoard.giveBack(2, for: request)
    }
    let reference = pool.reference
    let served = Guarded(0)
    func ask() -> RunningThread {
      RunningThread {
        if (try? reference.allocate(pages: 1, contents: .zeroed, reclaim: .allowed)) != nil {
          served.withLock { $0 += 1 }
        }
      }
    }
    let first = ask()
    meeting.entered.wait(after: 0)
    let second = ask()
    while reference.withLock({ $0.roundWaiters }) == 0 {}
    meeting.mayLeave.signal()
    first.wait()
    second.wait()
    #expect(served.withLock { $0 } == 2)
    #expect(pool.statistics.pressureRounds == 1)
    _ = consume token
  }

  @Test(.leavesFrames) func figuresThatAreTooLargeDoNoHarm() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    _ = try Hoard(of: pool, pages: 4)
    let first = pool.onPressure { _ in .max }
    let second = pool.onPressure { _ in .max }
    let third = pool.onPressure { _ in .min }
    #expect(throws: OutOfMemory.self) {
      try pool.reference.allocate(pages: 1, contents: .zeroed, reclaim: .allowed)
    }
    #expect(pool.statistics.reclaimedPages == 16 * 2 * 4)
    _ = consume first
    _ = consume second
    _ = consume third
  }

  /// Many threads are short at the same time: calls never overlap, and no page is lost or handed out
  /// twice.
  @Test(.leavesFrames) func roundsDoNotOverlap() throws {
    let pool = PoolTestMemory.makePool(pages: 16)
    let hoard = try Hoard(of: pool, pages: 16)
    let running = CallCounter()
    let token = pool.onPressure { request in
      #expect(running.enter() == 0)
      defer { running.leave() }
      return hoard.giveBack(1, for: request)
    }
    let reference = pool.reference
    onThreads(4) { _ in
      for _ in 0..<500 {
        do throws(OutOfMemory) {
          let page = try reference.allocate(pages: 1, contents: .uninitialized, reclaim: .allowed)
          hoard.pages.withLock { $0.append(page) }
        } catch {
          #expect(error.reason == .exhausted)
        }
      }
    }
    #expect(hoard.pages.withLock { Set($0).count == $0.count })
    #expect(
      hoard.pages.withLock { $0.count } + pool.statistics.freePages == 16)
    _ = consume token
  }
}

/// Where a reclaimer and the thread that drops its token wait for each other.
private final class Meeting: Sendable {
  let entered = EventCount()
  let mayLeave = EventCount()
  let hasLeft = PoolTestMemory.Flag()
}

/// Counts how many calls are running.
private final class CallCounter: Sendable {
  private let count = Atomic<Int>(0)
  func enter() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
  func leave() { count.wrappingSubtract(1, ordering: .relaxed) }
}

/// Holds a token for a closure that is made before it.
private final class TokenSlot: Sendable {
  private let token = Mutex<PressureToken?>(nil)
  func set(_ new: consuming sending PressureToken) {
    var new: PressureToken? = consume new
    token.withLock { $0 = new.take() }
  }
  func clear() {
    // The token goes after the lock is released: dropping it may wait.
    let doomed = token.withLock { $0.take() }
    _ = consume doomed
  }
}
