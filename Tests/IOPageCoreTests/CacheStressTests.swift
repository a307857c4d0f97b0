import CPageMemory
import Glibc
import IOPageCore
import MemoryTestSupport
import Synchronization
import Testing

/// Threads that hop between processors, take what others gave back, and close pools while pages
/// come back: millions of times, since the windows are a few instructions wide.
@Suite(.leavesNoPages, .serialized) struct CacheStressTests {
  #if DEBUG
    /// A debug build takes some ten times as long for each step, and one with a sanitizer more.
    private static let steps = 1_000_000
    private static let handedOver = 200_000
    /// The thread sanitizer finds what a count does not: Scripts/test has it do all rounds.
    // Unsafe: only whether there is such a variable is looked at.
    private static let closings = unsafe getenv("IOPAGES_FULL_STRESS") == nil ? 10_000 : 100_000
  #else
    private static let steps = 10_000_000
    private static let handedOver = 10_000_000
    private static let closings = 100_000
  #endif

  private static func makePool(
    pages: Int, _ method: ProcessorCacheMethod, bytes: Int,
    released: PoolTestMemory.Flag = PoolTestMemory.Flag()
  ) -> PagePool {
    PoolTestMemory.makePool(
      pages: pages, released: released, cacheMethod: method, cacheByteLimit: bytes)
  }

  private static func hop(_ random: inout SplitMix64) {
    Processors.move(to: Processors.usable.randomElement(using: &random)!)
  }

  @Test(arguments: Processors.cacheMethods)
  func twoThreadsThatFreeWhatTheOtherAllocatedLoseNothing(
    method: ProcessorCacheMethod
  ) throws {
    let total = CacheStressTests.handedOver
    let pool = CacheStressTests.makePool(pages: 4096, method, bytes: 1 << 18)
    let rings = [PageRing(), PageRing()]
    let failures = Atomic<Int>(0)
    onThreads(2) { index in
      let (outgoing, incoming) = (rings[index], rings[1 - index])
      var sent = 0
      var received = 0
      while sent < total / 2 || received < total / 2 {
        var isBlocked = true
        if sent < total / 2, outgoing.hasRoom {
          do throws(OutOfMemory) {
            outgoing.send(try pool.allocate(order: 0, contents: .uninitialized))
            sent += 1
            isBlocked = false
          } catch {
            failures.wrappingAdd(1, ordering: .relaxed)
            return
          }
        }
        if incoming.drop() {
          received += 1
          isBlocked = false
        }
        // The other one may wait for this processor.
        if isBlocked { page_memory_pause(64) }
      }
    }
    #expect(failures.load(ordering: .relaxed) == 0)
    let statistics = pool.statistics
    #expect(statistics.freePages == 4096)
    #expect(statistics.allocations == total)
    #expect(statistics.frees == total)
    try pool.checkInvariants()
    #expect(pool.statistics.freeBlocks[12] == 1)
  }

  /// Bursts by the calls for many pages, on one processor after the other, while a third thread drains
  /// all caches again and again.
  @Test(arguments: Processors.cacheMethods)
  func burstsSurviveDrainsAndMoves(method: ProcessorCacheMethod) throws {
    let seed = TestSeed.choose(for: "burstsSurviveDrainsAndMoves")
    let pages = 4096
    let pool = CacheStressTests.makePool(pages: pages, method, bytes: 1 << 20)
    let owners = PageOwners(count: pages)
    let isDone = Atomic<Int>(0)
    let failures = Atomic<Int>(0)
    onThreads(3) { index in
      var random = SplitMix64(seed: seed &+ UInt64(index))
      if index == 2 {
        while isDone.load(ordering: .acquiring) < 2 {
          pool.drainCaches()
          page_memory_pause(66)
        }
        return
      }
      let slots = UnsafeMutableBufferPointer<IOPage>.allocate(capacity: 128)
      defer { unsafe slots.deallocate() }
      for step in 0..<CacheStressTests.steps / 100 {
        if step % 200 == 0 { CacheStressTests.hop(&random) }
        let count = Int.random(in: 1...128, using: &random)
        // The buffer is this thread's own, and empty between two steps.
        var span = unsafe OutputSpan(buffer: slots, initializedCount: 0)
        do throws(OutOfMemory) {
          try pool.allocate(singlePages: count, into: &span, contents: .uninitialized)
        } catch {
          failures.wrappingAdd(1, ordering: .relaxed)
        }
        for index in 0..<span.count where !owners.take(span[index].pageNumber) {
          failures.wrappingAdd(1, ordering: .relaxed)
        }
        for index in 0..<span.count { owners.give(span[index].pageNumber) }
        pool.free(&span)
        let left = unsafe span.finalize(for: slots)
        if left != 0 { failures.wrappingAdd(1, ordering: .relaxed) }
      }
      isDone.wrappingAdd(1, ordering: .releasing)
    }
    #expect(failures.load(ordering: .relaxed) == 0)
    let statistics = pool.statistics
    #expect(statistics.freePages == pages)
    #expect(statistics.allocations == statistics.frees)
    try pool.checkInvariants()
    #expect(pool.statistics.freeBlocks[12] == 1)
  }

  /// Of N pages, two threads hold N - 2 and exchange theirs all the time, one at a time, on one
  /// processor after the other; a third one always gets the page that it asks for.
  @Test(arguments: Processors.cacheMethods)
  func aPageThatIsFreeSomewhereIsAlwaysFound(method: ProcessorCacheMethod) throws {
    let seed = TestSeed.choose(for: "aPageThatIsFreeSomewhereIsAlwaysFound")
    let pages = 32
    let pool = CacheStressTests.makePool(pages: pages, method, bytes: 4 << 13)
    let isDone = Atomic<Bool>(false)
    let ready = Atomic<Int>(0)
    let failures = Atomic<Int>(0)
    onThreads(3) { index in
      var random = SplitMix64(seed: seed &+ UInt64(index))
      func takeOne() -> IOPage? {
        do throws(OutOfMemory) {
          return try pool.allocate(order: 0, contents: .uninitialized)
        } catch {
          failures.wrappingAdd(1, ordering: .relaxed)
          return nil
        }
      }
      if index < 2 {
        var held = HeldPages(count: pages / 2 - 1, take: takeOne)
        ready.wrappingAdd(1, ordering: .releasing)
        while !isDone.load(ordering: .relaxed) {
          CacheStressTests.hop(&random)
          for _ in 0..<500 {
            held.replace(Int.random(in: 0..<pages / 2 - 1, using: &random), take: takeOne)
          }
        }
      } else {
        while ready.load(ordering: .acquiring) < 2 { page_memory_pause(64) }
        for step in 0..<CacheStressTests.steps {
          if step % 5000 == 0 { CacheStressTests.hop(&random) }
          _ = takeOne()
        }
        isDone.store(true, ordering: .relaxed)
      }
    }
    #expect(failures.load(ordering: .relaxed) == 0)
    try pool.checkInvariants()
    #expect(pool.statistics.freeBlocks[5] == 1)
  }

  /// The handle goes while two threads bring the last pages.
  @Test(arguments: Processors.cacheMethods)
  func aPoolThatClosesWhileItsLastPagesComeBackIsLetGoOnce(
    method: ProcessorCacheMethod
  ) throws {
    let rounds = CacheStressTests.closings
    let rings = [PageRing(), PageRing()]
    let isDone = Atomic<Bool>(false)
    let dropped = Atomic<Int>(0)
    let notReleased = Atomic<Int>(0)
    onThreads(3) { index in
      if index < 2 {
        while !isDone.load(ordering: .acquiring) {
          if rings[index].drop() {
            dropped.wrappingAdd(1, ordering: .releasing)
          } else {
            page_memory_pause(64)
          }
        }
        return
      }
      var sent = 0
      for round in 0..<rounds {
        let released = PoolTestMemory.Flag()
        do {
          // The two threads have their pages when the handle goes, at the end of this scope.
          let pool = CacheStressTests.makePool(
            pages: 16, method, bytes: 1 << 14, released: released)
          for ring in rings {
            for _ in 0..<1 + round % 3 {
              if let page = try? pool.allocate(order: 0, contents: .uninitialized) {
                ring.send(page)
                sent += 1
              }
            }
          }
        }
        while dropped.load(ordering: .acquiring) < sent { page_memory_pause(64) }
        // Whoever was last lets go of the memory on its way out: wait for it, not for ever.
        var attempt = 0
        while !released.isSet, attempt < 10_000 {
          page_memory_pause(UInt32(min(attempt, 80)))
          attempt += 1
        }
        if !released.isSet { notReleased.wrappingAdd(1, ordering: .relaxed) }
      }
      isDone.store(true, ordering: .releasing)
    }
    #expect(dropped.load(ordering: .relaxed) > rounds)
    #expect(notReleased.load(ordering: .relaxed) == 0)
  }
}

/// Who has a page: nobody, or one.
private final class PageOwners: Sendable {
  private final class Cell: Sendable { let isOut = Atomic<Bool>(false) }
  private let cells: [Cell]

  init(count: Int) { cells = (0..<count).map { _ in Cell() } }

  /// False if somebody has it already.
  func take(_ page: Int) -> Bool { !cells[page].isOut.exchange(true, ordering: .relaxed) }

  func give(_ page: Int) { cells[page].isOut.store(false, ordering: .relaxed) }
}

/// Pages on their way from one thread to another.
@safe
private final class PageRing: @unchecked Sendable {
  // One thread sends, one receives: a slot belongs to the one that the counts say.
  private static let capacity = 1024
  private let slots = UnsafeMutablePointer<IOPage>.allocate(capacity: PageRing.capacity)
  private let sent = Atomic<Int>(0)
  private let received = Atomic<Int>(0)

  deinit { unsafe slots.deallocate() }

  var hasRoom: Bool {
    sent.load(ordering: .relaxed) - received.load(ordering: .acquiring) < PageRing.capacity
  }

  func send(_ page: consuming IOPage) {
    let place = sent.load(ordering: .relaxed)
    unsafe (slots + place % PageRing.capacity).initialize(to: page)
    sent.store(place + 1, ordering: .releasing)
  }

  /// Drops the oldest page; false if there is none.
  func drop() -> Bool {
    let place = received.load(ordering: .relaxed)
    guard place < sent.load(ordering: .acquiring) else { return false }
    unsafe (slots + place % PageRing.capacity).deinitialize(count: 1)
    received.store(place + 1, ordering: .releasing)
    return true
  }
}

/// A fixed number of pages, each of which can be given back and replaced.
@safe
private struct HeldPages: ~Copyable {
  private let slots: UnsafeMutablePointer<IOPage?>
  private let count: Int

  init(count: Int, take: () -> IOPage?) {
    self.count = count
    unsafe slots = UnsafeMutablePointer<IOPage?>.allocate(capacity: count)
    for index in 0..<count { unsafe (slots + index).initialize(to: take()) }
  }

  deinit {
    unsafe slots.deinitialize(count: count)
    unsafe slots.deallocate()
  }

  /// Gives a page back, then takes another one.
  mutating func replace(_ index: Int, take: () -> IOPage?) {
    unsafe slots[index] = nil
    unsafe slots[index] = take()
  }
}
