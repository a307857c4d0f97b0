import MemoryTestSupport
import Synchronization
import Testing

@testable import PagePools

/// Why a discard of these tests fails.
private struct Refusal: Error {}

/// The pages that were discarded, in order.
private final class Discards: Sendable {
  let ranges = Guarded<[Range<Int>]>([])
  func record(_ frames: Range<Int>) { ranges.withLock { $0.append(frames) } }
  var pages: [Int] { ranges.withLock { $0.flatMap { Array($0) } } }
}

@Suite(.leavesNoPages, .tags(.concurrency)) struct TrimTests {
  @Test(.leavesFrames) func freePagesAreDiscardedOnce() throws {
    let pool = PoolTestMemory.makePool(pages: 100)
    let held = try pool.reference.allocate(pages: 10, contents: .zeroed, reclaim: .never)
    let discards = Discards()
    #expect(pool.reference.trim(keeping: 0) { discards.record($0) } == 90)
    #expect(discards.pages.sorted() == (0..<100).filter { !(held..<held + 10).contains($0) })
    #expect(pool.statistics.trimmedPages == 90)
    #expect(pool.statistics.absentPages == 90)
    #expect(pool.statistics.freePages == 90)
    // What is absent already is not worth a call.
    #expect(pool.reference.trim(keeping: 0) { discards.record($0) } == 0)
    #expect(discards.pages.count == 90)
    try pool.checkInvariants()
  }

  @Test(arguments: [0, 1, 37, 63, 64, 99, 100, 1000, .max])
  func theLowestPagesAreKept(keeping: Int) {
    let pool = PoolTestMemory.makePool(pages: 100)
    let discards = Discards()
    let expected = max(0, 100 - keeping)
    #expect(pool.reference.trim(keeping: keeping) { discards.record($0) } == expected)
    #expect(discards.pages == Array(100 - expected..<100))
  }

  @Test func handedOutPagesAreNotAbsent() throws {
    let pool = PoolTestMemory.makePool(pages: 64)
    pool.reference.trim { _ in }
    let run = try pool.reference.allocate(pages: 5, contents: .zeroed, reclaim: .never)
    #expect(pool.statistics.absentPages == 59)
    let block = try pool.reference.allocate(order: 3, contents: .zeroed, reclaim: .never)
    #expect(pool.statistics.absentPages == 51)
    var singles: [Int] = []
    try pool.reference.allocate(singlePages: 7, reclaim: .never) { singles.append($0) }
    #expect(pool.statistics.absentPages == 44)
    // They have memory when they come back, and the next trim takes it.
    pool.reference.free(run..<run + 5)
    pool.reference.free(block..<block + 8)
    for page in singles { pool.reference.free(page..<page + 1) }
    #expect(pool.reference.trim { _ in } == 20)
    #expect(pool.statistics.trimmedPages == 84)
  }

  /// Where memory comes by touching and reads as zero, pages that nobody had are not worth a call.
  @Test func onlyTouchedPagesAreWorthACall() throws {
    var backing = PoolBacking()
    backing.isPresentAtFirst = false
    backing.becomesZero = true
    let pool = PoolTestMemory.makePool(pages: 64, backing: backing)
    let discards = Discards()
    let first = try pool.reference.allocate(pages: 9, contents: .zeroed, reclaim: .never)
    pool.reference.free(first..<first + 9)
    #expect(pool.reference.trim(keeping: 4) { discards.record($0) } == 5)
    #expect(discards.pages == Array(first + 4..<first + 9))
    #expect(pool.reference.trim(keeping: 0) { discards.record($0) } == 4)
  }

  @Test(.leavesFrames) func onlyWholeUnitsGo() throws {
    var backing = PoolBacking()
    backing.unitOrder = 3
    let pool = PoolTestMemory.makePool(pages: 64, backing: backing)
    // One page of the first unit is out; of the others, the first is to be kept for one page.
    _ = try pool.reference.allocate(order: 0, contents: .zeroed, reclaim: .never)
    let discards = Discards()
    #expect(pool.reference.trim(keeping: 8) { discards.record($0) } == 48)
    #expect(discards.pages == Array(16..<64))
    #expect(pool.reference.trim { discards.record($0) } == 8)
    for range in discards.ranges.withLock({ $0 }) {
      #expect(range.lowerBound % 8 == 0 && range.count % 8 == 0)
    }
  }

  @Test func aRefusedDiscardChangesNothing() throws {
    let pool = PoolTestMemory.makePool(pages: 64, contents: .unknown)
    #expect(throws: Refusal.self) {
      try pool.reference.trim(keeping: 0) { (_) throws(Refusal) in throw Refusal() }
    }
    #expect(pool.statistics.trimmedPages == 0)
    #expect(pool.statistics.freePages == 64)
    let page = try pool.reference.allocate(pages: 64, contents: .zeroed, reclaim: .never)
    #expect(pool.statistics.clearedPages == 64)
    pool.reference.free(page..<page + 64)
    #expect(pool.reference.trim { _ in } == 64)
  }

  /// The request needs what the trim has out of the buddy at that moment.
  @Test(.leavesFrames) func aRequestWaitsForWhatATrimHas() throws {
    let pool = PoolTestMemory.makePool(pages: 16)
    let reference = pool.reference
    let out = EventCount()
    let mayReturn = EventCount()
    let trimming = RunningThread {
      reference.trim { _ in
        out.signal()
        mayReturn.wait(after: 0)
      }
    }
    out.wait(after: 0)
    let outcome = Guarded<Int?>(nil)
    let asking = RunningThread {
      let first = try? reference.allocate(pages: 16, contents: .zeroed, reclaim: .allowed)
      outcome.withLock { $0 = first }
    }
    while reference.withLock({ $0.trimming.waiters }) == 0 {}
    #expect(pool.statistics.freePages == 16)
    mayReturn.signal()
    asking.wait()
    trimming.wait()
    #expect(outcome.withLock { $0 } == 0)
    #expect(pool.statistics.failures == 0)
    #expect(reference.withLock { $0.trimming.waiters } == 0)
  }

  @Test(.leavesFrames) func aTrimThatSomebodyWaitsForEnds() throws {
    // Two parts of 32 MiB.
    let parts = 1 << TrimPlan.partOrder
    let pool = PoolTestMemory.makePool(pages: 2 * parts)
    let reference = pool.reference
    let out = EventCount()
    let trimmed = Guarded(0)
    let trimming = RunningThread {
      let count = reference.trim { _ in
        out.signal()
        while reference.withLock({ $0.trimming.waiters }) == 0 {}
      }
      trimmed.withLock { $0 = count }
    }
    out.wait(after: 0)
    let first = try reference.allocate(
      pages: 2 * parts, contents: .uninitialized, reclaim: .never)
    #expect(first == 0)
    trimming.wait()
    #expect(trimmed.withLock { $0 } == parts)
  }

  /// Requests that fit are never refused while trims take everything there is, over and over.
  @Test func nobodyFailsWhileOthersTrim() throws {
    let pool = PoolTestMemory.makePool(pages: 64)
    let reference = pool.reference
    let isOver = PoolTestMemory.Flag()
    let trimming = RunningThread {
      while !isOver.isSet { reference.trim { _ in Platform.pause(attempt: 20) } }
    }
    onThreads(2) { _ in
      for _ in 0..<300 {
        do throws(OutOfMemory) {
          let first = try reference.allocate(pages: 32, contents: .uninitialized, reclaim: .never)
          reference.free(first..<first + 32)
        } catch {
          Issue.record("\(error)")
        }
      }
    }
    isOver.set()
    trimming.wait()
    #expect(pool.statistics.freePages == 64)
    try pool.checkInvariants()
  }

  @Test func aTrimWithinATrimDoesNothing() throws {
    let pool = PoolTestMemory.makePool(pages: 16)
    let inner = Guarded(-1)
    let reasons = Guarded<[OutOfMemory.Reason]>([])
    let reference = pool.reference
    let trimmed = reference.trim { _ in
      inner.withLock { $0 = reference.trim { _ in } }
      // A request of the thread that trims cannot wait for itself.
      do throws(OutOfMemory) {
        _ = try reference.allocate(pages: 1, contents: .zeroed, reclaim: .allowed)
      } catch {
        reasons.withLock { $0.append(error.reason) }
      }
    }
    #expect(trimmed == 16)
    #expect(inner.withLock { $0 } == 0)
    #expect(reasons.withLock { $0 } == [.exhausted])
  }

  @Test func whatIsReservedKeepsItsMemory() throws {
    let pool = PoolTestMemory.makePool(pages: 16)
    let reference = pool.reference
    let reasons = Guarded<[OutOfMemory.Reason]>([])
    reference.trim { _ in
      do throws(OutOfMemory) {
        // Nothing is in the buddy now, and the thread that trims cannot wait for itself.
        _ = try pool.limited(to: 8, reserving: 8)
      } catch {
        reasons.withLock { $0.append(error.reason) }
      }
    }
    #expect(reasons.withLock { $0 } == [.exhausted])
    let view = try pool.limited(to: 8, reserving: 8)
    let first = try reference.allocate(pages: 8, contents: .zeroed, reclaim: .never)
    reference.free(first..<first + 8)
    #expect(reference.trim { _ in } == 0)
    #expect(pool.statistics.absentPages == 8)
    #expect(view.reserve == 8)
  }

  @Test func twoThreadsTrimOneAfterTheOther() {
    let pool = PoolTestMemory.makePool(pages: 64)
    let reference = pool.reference
    let running = Atomic<Int>(0)
    let total = Atomic<Int>(0)
    onThreads(4) { _ in
      for _ in 0..<200 {
        let count = reference.trim { _ in
          #expect(running.wrappingAdd(1, ordering: .relaxed).oldValue == 0)
          running.wrappingSubtract(1, ordering: .relaxed)
        }
        total.wrappingAdd(count, ordering: .relaxed)
        if let first = try? reference.allocate(pages: 3, contents: .zeroed, reclaim: .never) {
          reference.free(first..<first + 3)
        }
      }
    }
    #expect(total.load(ordering: .relaxed) == pool.statistics.trimmedPages)
    #expect(pool.statistics.freePages == 64)
  }

  @Test(.leavesFrames) func aReclaimerMayTrim() throws {
    let pool = PoolTestMemory.makePool(pages: 16)
    let first = try pool.reference.allocate(pages: 16, contents: .zeroed, reclaim: .never)
    let reference = pool.reference
    let token = pool.onPressure { _ in
      reference.free(first..<first + 8)
      return reference.trim { _ in }
    }
    #expect(try reference.allocate(pages: 8, contents: .zeroed, reclaim: .allowed) == first)
    #expect(pool.statistics.trimmedPages == 8)
    _ = consume token
  }

  @Test func aPoolThatIsClosedDuringATrimEndsWithIt() throws {
    let released = PoolTestMemory.Flag()
    var pool: PagePool? = PoolTestMemory.makePool(pages: 16, released: released)
    let reference = try #require(pool?.reference)
    let trimmed = reference.trim { _ in
      pool = nil
      #expect(!released.isSet)
    }
    #expect(trimmed == 16)
    #expect(released.isSet)
  }

  @Test func theLastPageMayComeBackDuringATrim() throws {
    let released = PoolTestMemory.Flag()
    var pool: PagePool? = PoolTestMemory.makePool(pages: 16, released: released)
    let reference = try #require(pool?.reference)
    let first = try reference.allocate(pages: 4, contents: .zeroed, reclaim: .never)
    var isOut = true
    reference.trim { _ in
      pool = nil
      if isOut { reference.free(first..<first + 4) }
      isOut = false
      #expect(!released.isSet)
    }
    #expect(released.isSet)
  }
}

extension PoolReference {
  /// A trim that keeps nothing, whose discard does not fail.
  @discardableResult
  fileprivate func trim(discard: (Range<Int>) -> Void) -> Int {
    trim(keeping: 0) { (frames) throws(Never) in discard(frames) }
  }
}
