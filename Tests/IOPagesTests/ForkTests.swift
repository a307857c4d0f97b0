// A forked child has copies of its parent's pools and pages, and must do nothing with them. Each
// test forks in a process of its own, since other threads of the test runner must not be forked.

import Dispatch
import Glibc
import IOPages
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct ForkTests {
  @Test func aChildsRequestsAreRefused() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
      let held = try pool.allocate(pages: 4)
      let status = statusOfForkedChild {
        do throws(OutOfMemory) {
          _ = try pool.allocate(pages: 1)
          return 1
        } catch {
          guard error.reason == .notOwner, error.freePages == 0 else { return 2 }
        }
        do throws(OutOfMemory) {
          _ = try pool.allocate(singlePages: 2)
          return 3
        } catch {
          guard error.reason == .notOwner else { return 4 }
        }
        return pool.statistics.pageCount == 0 ? 0 : 5
      }
      guard status == 0 else { exit(status ?? 99) }
      // The parent's pool has not noticed anything.
      guard pool.statistics.allocatedPages == held.pageCount else { exit(50) }
      try pool.checkInvariants()
    }
  }

  @Test func pagesDroppedInAChildAreStillTheParents() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
      let holder = Holder(try pool.allocate(pages: 4))
      let status = statusOfForkedChild {
        // The bytes are there, the page can be dropped, and neither trap nor lock is met.
        guard holder.firstByte == 7 else { return 1 }
        holder.drop()
        return 0
      }
      guard status == 0 else { exit(status ?? 99) }
      guard holder.firstByte == 7, pool.statistics.allocatedPages == 4 else { exit(50) }
      holder.drop()
      guard pool.statistics.freePages == 256 else { exit(51) }
    }
  }

  @Test func aChildMayOpenPoolsOfItsOwn() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let parents = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
      let held = try parents.allocate(pages: 2)
      let status = statusOfForkedChild {
        guard
          let pool = try? PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20))),
          let page = try? pool.allocate(pages: 256)
        else { return 1 }
        // The child's new pool must not have become what the parent's handle refers to.
        guard (try? parents.allocate(pages: 1)) == nil else { return 2 }
        return page.pageCount == 256 ? 0 : 3
      }
      guard status == 0 else { exit(status ?? 99) }
      guard held.pageCount == 2, parents.statistics.allocatedPages == 2 else { exit(50) }
    }
  }

  /// The child has a copy of a call that was running in its parent, and nobody to end it.
  @Test func aTokenDroppedInAChildWaitsForNobody() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 4096)))
      let held = try pool.allocate(pages: 1)
      let hasEntered = DispatchSemaphore(value: 0)
      let mayLeave = DispatchSemaphore(value: 0)
      let tokens = TokenHolder()
      tokens.hold(
        pool.onPressure { _ in
          hasEntered.signal()
          mayLeave.wait()
          return 0
        })
      let asking = RunningThread { _ = try? pool.allocate(pages: 1) }
      hasEntered.wait()
      let status = statusOfForkedChild {
        tokens.drop()
        return 0
      }
      mayLeave.signal()
      asking.wait()
      tokens.drop()
      guard held.pageCount == 1 else { exit(50) }
      exit(status ?? 99)
    }
  }

  @Test func aChildMayAskForNothing() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
      let status = statusOfForkedChild {
        guard let none = try? pool.allocate(pages: 0), none.isEmpty else { return 1 }
        guard let pages = try? pool.allocate(singlePages: 0), pages.isEmpty else { return 2 }
        return 0
      }
      exit(status ?? 99)
    }
  }

  /// A child that met a lock which another thread of its parent held would wait for ever. All that
  /// goes through an inspected pool takes its lock.
  @Test(.timeLimit(.minutes(1)), arguments: [true, false])
  func childrenOfABusyParentMeetNoLock(isInspected: Bool) async {
    await #expect(processExitsWith: .exitCode(0)) { [isInspected = isInspected as Bool] in
      let pool = try PagePool(
        region: MemoryRegion(RegionOptions(byteCount: 1 << 20)),
        inspection: isInspected ? .debugging(quarantinedPages: 16) : PoolInspection())
      let inherited = try pool.allocate(pages: 4)
      let isOver = Guarded(false)
      let busy = (0..<2).map { _ in
        RunningThread {
          while !isOver.withLock({ $0 }) {
            for _ in 0..<100 { _ = try? pool.allocate(pages: 3, contents: .uninitialized) }
          }
        }
      }
      for _ in 0..<50 {
        let holder = Holder(try pool.allocate(pages: 1))
        let status = statusOfForkedChild {
          holder.drop()
          guard (try? pool.allocate(pages: 1)) == nil, pool.leakReport.isEmpty,
            pool.statisticsUnlessBusy?.pageCount == 0, pool.waitingRequestCount == 0
          else { return 1 }
          pool.inject(AllocationFaults())
          guard pool.removeFaults() == AllocationFaults.Outcome(),
            let own = try? PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20))),
            let page = try? own.allocate(pages: 256)
          else { return 2 }
          return page.pageCount == 256 ? 0 : 3
        }
        guard status == 0 else { exit(status ?? 99) }
        holder.drop()
      }
      isOver.withLock { $0 = true }
      for thread in busy { thread.wait() }
      try pool.checkInvariants()
      guard pool.leakReport.pages == inherited.pageCount else { exit(50) }
    }
  }

  @Test func aHandleDroppedInAChildUnmapsNothing() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let holder = PoolHolder(
        try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20))))
      let status = statusOfForkedChild {
        holder.drop()
        return 0
      }
      guard status == 0 else { exit(status ?? 99) }
      guard let page = try holder.pool?.allocate(pages: 256) else { exit(50) }
      guard page.pageCount == 256 else { exit(51) }
    }
  }
}

/// A page that a closure can drop.
private final class Holder {
  private var page: IOPage?
  init(_ page: consuming IOPage) {
    var page = page
    page[0] = 7
    self.page = consume page
  }
  var firstByte: UInt8? { page?[0] }
  func drop() { page = nil }
}

/// A token that a closure can drop.
private final class TokenHolder: @unchecked Sendable {
  // One thread at a time uses it.
  private var token: PressureToken?
  func hold(_ token: consuming PressureToken) { self.token = consume token }
  func drop() { token = nil }
}

/// A pool that a closure can drop.
private final class PoolHolder {
  private(set) var pool: PagePool?
  init(_ pool: PagePool) { self.pool = pool }
  func drop() { pool = nil }
}
