import IOPages
import MemoryTestSupport
import SystemPackage
import Testing

/// Requests that wait, where a request or a system call fails.
@Suite(.leavesNoPages) struct WaitingFaultTests {
  private static let pageCount = 256

  private var soon: ContinuousClock.Instant { .now + .seconds(30) }

  private func failure(_ body: () async throws(OutOfMemory) -> Void) async -> OutOfMemory? {
    do throws(OutOfMemory) {
      try await body()
      return nil
    } catch {
      return error
    }
  }

  /// A failure on purpose is one at once: no page that comes back would change it.
  @Test(.timeLimit(.minutes(1)))
  func aFailureOnPurposeDoesNotWait() async throws {
    let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: Self.pageCount << 12)))
    pool.inject(AllocationFaults(count: 2))
    for isBlock in [false, true] {
      let error = await failure { () async throws(OutOfMemory) in
        if isBlock {
          _ = try await pool.allocate(order: 2, orWaitingUntil: soon)
        } else {
          _ = try await pool.allocate(pages: 3, orWaitingUntil: soon)
        }
      }
      #expect(error?.reason == .injected)
    }
    #expect(pool.waitingRequestCount == 0)
    #expect(pool.statistics.failures == 2)
    #expect(pool.removeFaults().failed == 2)
    let page = try await pool.allocate(pages: 3, orWaitingUntil: soon)
    #expect(page.pageCount == 3)
  }

  /// Pages that are granted without memory behind them, which the kernel does not have: the request
  /// fails, nobody waits any more, and they are there for the next one.
  @Test(.timeLimit(.minutes(1)), arguments: [false, true])
  func grantedPagesThatTheKernelDoesNotBackGoBack(isInspected: Bool) async throws {
    let faults = SystemCallFaults()
    var options = RegionOptions(byteCount: Self.pageCount << 12)
    options.guardPages = isInspected
    let region = try MemoryRegion(options, systemCalls: SystemCalls.linux.failing(faults))
    let pool = try PagePool(
      region: region, inspection: isInspected ? .debugging(quarantinedPages: 8) : PoolInspection())
    let reference = pool.reference
    let held = try reference.allocate(pages: 1, contents: .uninitialized, reclaim: .never)
    try pool.trim()
    let before = pool.statistics
    faults.fail(.every, of: [.advise(.populateWrite)], with: .noMemory)
    let giver = Task {
      while pool.waitingRequestCount == 0 { await Task.yield() }
      reference.free(held..<held + 1)
    }
    let error = await failure { () async throws(OutOfMemory) in
      _ = try await pool.allocate(pages: Self.pageCount, orWaitingUntil: soon)
    }
    await giver.value
    #expect(error?.reason == .notBacked)
    #expect(error?.freePages == Self.pageCount)
    #expect(pool.waitingRequestCount == 0)
    #expect(pool.statistics.allocations == before.allocations)
    #expect(pool.statistics.failures == before.failures + 1)
    #expect(pool.leakReport.isEmpty)
    try pool.checkInvariants()
    faults.stop()
    let all = try await pool.allocate(pages: Self.pageCount, orWaitingUntil: soon)
    #expect(all.pageCount == Self.pageCount)
    #expect(all.load(fromByteOffset: 0, as: UInt64.self) == 0)
  }

  /// What a cancelled task was granted at that moment, and nobody could have used, goes back.
  @Test(.timeLimit(.minutes(1)))
  func cancellationUnderFaultsLeavesNothing() async throws {
    let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: Self.pageCount << 12)))
    for round in 0..<50 {
      let reference = pool.reference
      let held = try reference.allocate(
        pages: Self.pageCount, contents: .uninitialized, reclaim: .never)
      let deadline = soon
      let waiter = Task { () -> OutOfMemory.Reason? in
        do throws(OutOfMemory) {
          _ = try await pool.allocate(pages: 5, orWaitingUntil: deadline)
          return nil
        } catch {
          return error.reason
        }
      }
      while pool.waitingRequestCount == 0 { await Task.yield() }
      // The faults are for requests to come; this one is in the queue.
      pool.inject(AllocationFaults())
      if round % 2 == 0 { waiter.cancel() }
      reference.free(held..<held + Self.pageCount)
      let reason = await waiter.value
      #expect(reason == nil || reason == .cancelled)
      #expect(round % 2 == 0 || reason == nil)
      pool.removeFaults()
      #expect(pool.statistics.freePages == Self.pageCount)
    }
    try pool.checkInvariants()
  }
}
