import MemoryRegions
import MemoryTestSupport
import PagePools
import Synchronization
import Testing

@testable import IOPages

@Suite(.leavesNoPages) struct WaitingTests {
  private func pool(pages: Int) throws -> PagePool {
    try PagePool(region: MemoryRegion(RegionOptions(byteCount: pages * 4096)))
  }

  private static let never = ContinuousClock.now + .seconds(3600)

  @Test func whatIsThereNeedsNoWaiting() async throws {
    let pool = try pool(pages: 8)
    let run = try await pool.allocate(pages: 3, orWaitingUntil: .now - .seconds(1))
    let length = run.pageCount
    #expect(length == 3)
    let block = try await pool.allocate(order: 2, orWaitingUntil: .now)
    let blockLength = block.pageCount
    #expect(blockLength == 4)
    let none = try await pool.allocate(pages: 0, orWaitingUntil: .now)
    let isEmpty = none.isEmpty
    #expect(isEmpty)
  }

  @Test func theDeadlineEndsTheWait() async throws {
    let pool = try pool(pages: 8)
    let held = try pool.allocate(pages: 7)
    do throws(OutOfMemory) {
      _ = try await pool.allocate(pages: 2, orWaitingUntil: .now + .milliseconds(20))
      Issue.record("There are not so many pages.")
    } catch {
      #expect(error.reason == .exhausted)
      #expect(error.freePages == 1)
    }
    #expect(pool.statistics.failures == 1)
    // The queue is empty again.
    let rest = try pool.allocate(pages: 1)
    withExtendedLifetime(held) {}
    withExtendedLifetime(rest) {}
  }

  @Test func whatCanNeverBeMetFailsAtOnce() async throws {
    let pool = try pool(pages: 8)
    do throws(OutOfMemory) {
      _ = try await pool.allocate(pages: 9, orWaitingUntil: WaitingTests.never)
      Issue.record("The pool is not so large.")
    } catch {
      #expect(error.reason == .largerThanRegion)
    }
    pool.inject(AllocationFaults())
    do throws(OutOfMemory) {
      _ = try await pool.allocate(pages: 1, orWaitingUntil: WaitingTests.never)
      Issue.record("The request was to fail.")
    } catch {
      #expect(error.reason == .injected)
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func pagesThatComeBackEndTheWait() async throws {
    let pool = try pool(pages: 8)
    let held = Mutex<IOPage?>(try pool.allocate(pages: 8))
    let waiting = Task {
      let page = try await pool.allocate(pages: 5, orWaitingUntil: WaitingTests.never)
      return page.pageCount
    }
    while pool.waitingRequestCount == 0 { await Task.yield() }
    held.withVisibleLock { $0 = nil }
    #expect(try await waiting.value == 5)
    #expect(pool.statistics.freePages == 8)
    try pool.checkInvariants()
  }

  @Test(.timeLimit(.minutes(1)))
  func cancellationEndsTheWait() async throws {
    let pool = try pool(pages: 8)
    let held = try pool.allocate(pages: 8)
    let waiting = Task { () -> OutOfMemory.Reason? in
      do throws(OutOfMemory) {
        _ = try await pool.allocate(order: 0, orWaitingUntil: WaitingTests.never)
        return nil
      } catch {
        return error.reason
      }
    }
    while pool.waitingRequestCount == 0 { await Task.yield() }
    waiting.cancel()
    #expect(await waiting.value == .cancelled)
    #expect(pool.waitingRequestCount == 0)
    withExtendedLifetime(held) {}
  }

  @Test func whatACancelledTaskWasGrantedGoesBack() throws {
    let pool = try pool(pages: 4)
    let waiting = WaitingRequest(.run(pages: 3))
    #expect(pool.reference.join(waiting) == .granted(firstPage: 0))
    #expect(pool.statistics.freePages == 1)
    let error = #expect(throws: OutOfMemory.self) {
      try pool.settle(waiting, isCancelled: true, contents: .zeroed, tag: .none)
    }
    #expect(error?.reason == .cancelled)
    #expect(pool.statistics.freePages == 4)
    try pool.checkInvariants()
  }

  @Test(.timeLimit(.minutes(1)))
  func aTaskThatIsCancelledKeepsNothing() async throws {
    let pool = try pool(pages: 4)
    // Cancellation and grant race; whoever wins, no page is lost.
    for _ in 0..<200 {
      let held = Mutex<IOPage?>(try pool.allocate(pages: 4))
      let waiting = Task {
        do throws(OutOfMemory) {
          return try await pool.allocate(pages: 4, orWaitingUntil: WaitingTests.never).pageCount
        } catch {
          return 0
        }
      }
      while pool.waitingRequestCount == 0 { await Task.yield() }
      async let freeing: Void = held.withVisibleLock { $0 = nil }
      waiting.cancel()
      await freeing
      #expect([0, 4].contains(await waiting.value))
      #expect(pool.statistics.freePages == 4)
    }
    try pool.checkInvariants()
  }

  @Test(.tags(.concurrency), .timeLimit(.minutes(2)))
  func contendersAllHaveTheirTurn() async throws {
    let pool = try pool(pages: 8)
    let rounds = 200
    let out = Guarded(0)
    await withTaskGroup { group in
      for task in 0..<12 {
        group.addTask {
          for round in 0..<rounds {
            let pages = 1 + (task + round) % 8
            do throws(OutOfMemory) {
              let page = try await pool.allocate(
                pages: pages, orWaitingUntil: WaitingTests.never, contents: .uninitialized)
              let now = out.withLock {
                $0 += pages
                return $0
              }
              #expect(now <= 8)
              if round % 3 == 0 { await Task.yield() }
              out.withLock { $0 -= pages }
              withExtendedLifetime(page) {}
            } catch {
              Issue.record("\(error)")
            }
          }
        }
      }
    }
    #expect(pool.statistics.freePages == 8)
    #expect(pool.statistics.failures == 0)
    #expect(pool.waitingRequestCount == 0)
    try pool.checkInvariants()
  }

  @Test(.timeLimit(.minutes(1)))
  func theOrderIsThatOfComing() async throws {
    let pool = try pool(pages: 4)
    let held = Mutex<IOPage?>(try pool.allocate(pages: 4))
    let served = Guarded<[Int]>([])
    await withTaskGroup { group in
      for number in 0..<5 {
        let before = pool.waitingRequestCount
        group.addTask {
          // Each wants all pages, so that one is served at a time.
          let page = try? await pool.allocate(pages: 4, orWaitingUntil: WaitingTests.never)
          served.withLock { $0.append(number) }
          withExtendedLifetime(page) {}
        }
        while pool.waitingRequestCount == before { await Task.yield() }
      }
      held.withVisibleLock { $0 = nil }
    }
    #expect(served.withLock { $0 } == [0, 1, 2, 3, 4])
  }
}
