// A snapshot of a pool, cheap enough to be taken often: the buddy's figures are kept up to date
// with each operation, and the counters are summed over the processors.

public import BuddyAllocator

/// The state of a pool at one instant, and what it has done so far.
public struct PoolStatistics: Sendable {
  /// The pages that are under the pool's care: free, handed out or withheld.
  public var pageCount = 0
  /// The pages that are reserved for the pool, whether in its care already or not.
  public var reservedPageCount = 0
  /// The pages that can be handed out, those in processors' caches included.
  public var freePages = 0
  /// The free pages that the processors' caches and the depots hold at the moment.
  public var cachedPages = 0
  /// The pages that are handed out, without those that guard them.
  public var allocatedPages = 0
  /// The free pages that an inspected pool keeps from being handed out for a while.
  public var quarantinedPages = 0
  /// The pages that nobody may touch because they stand behind a run that is out.
  public var guardPages = 0
  /// How many runs were handed out without an inaccessible page behind them though the pool guards
  /// runs: there was no room for one, or the kernel had none.
  public var unguardedRuns = 0
  /// The order up to which blocks merge.
  public var largestOrder = 0
  /// How many blocks of each order are free. Cached blocks are not among them: they are part of no
  /// larger block until they are drained, which happens before a request fails.
  public var freeBlocks = FreeBlockCounts()
  /// Blocks, runs and single pages that were handed out since the pool was opened.
  public var allocations = 0
  /// Times that pages were given back; each of many single pages counts.
  public var frees = 0
  /// Requests that ended in ``OutOfMemory``.
  public var failures = 0
  /// Rounds in which reclaimers were asked.
  public var pressureRounds = 0
  /// Pages that reclaimers said they had given back.
  public var reclaimedPages = 0
  /// Pages that were cleared because a caller wanted zeroes.
  public var clearedPages = 0
  /// Pages that a caller wanted zeroed and that were known to be zero.
  public var knownZeroPages = 0

  /// Pages whose memory was given back to the kernel by trimming, since the pool was opened.
  public var trimmedPages = 0
  /// The free pages that have no memory behind them at the moment because it was given back.
  public var absentPages = 0

  /// Nothing at all: what a forked child sees of its parent's pool.
  public init() {}

  /// The order of the largest block that could be handed out; nil if no page is free.
  public var largestFreeOrder: Int? { freeBlocks.largestOrder }
}

extension PagePool {
  /// The pool's state now.
  ///
  /// Exact when no other thread uses the pool. Else the figures of what caches hold, and with them
  /// those of free and allocated pages, are off by what passes through caches meanwhile.
  ///
  /// - Complexity: O(orders * processors in use). Any thread.
  public var statistics: PoolStatistics {
    guard reference.isOwnedByThisProcess else { return PoolStatistics() }
    return reference.withLock { reference.figures($0) }
  }

  /// The pool's state now; nil if the pool's lock is held at the moment. Unlike ``statistics``, this may
  /// be asked in a signal handler, which may have interrupted the lock's holder.
  ///
  /// - Complexity: as ``statistics``. Any thread, any signal handler.
  public var statisticsUnlessBusy: PoolStatistics? {
    guard reference.isOwnedByThisProcess else { return PoolStatistics() }
    return reference.figuresUnlessBusy
  }

  /// Checks everything that must be true of the pool's bookkeeping between two operations.
  ///
  /// What is cached goes to the buddy first, which finds out if any of it was not allocated, and
  /// ends the process.
  ///
  /// - Throws: ``PoolInvariantViolation``, the first one found.
  /// - Complexity: O(pages), with the pool's lock held: for tests and for diagnosis.
  public func checkInvariants() throws(PoolInvariantViolation) {
    guard reference.isOwnedByThisProcess else { return }
    try reference.withLock { (state) throws(PoolInvariantViolation) in
      reference.seal(&state)
      do throws(InvariantViolation) {
        try state.buddy.checkInvariants()
      } catch {
        throw .buddy(error)
      }
      try reference.checkParts(state)
      try reference.checkPoison(state)
      reference.unsealIfPlenty(&state)
    }
  }

  /// The free block that a page lies in; nil if the page is not free.
  ///
  /// - Complexity: O(levels). Any thread.
  public func freeBlock(containing pageNumber: Int) -> FreeBlock? {
    guard reference.isOwnedByThisProcess else { return nil }
    return reference.withLock { $0.buddy.freeBlock(containing: pageNumber) }
  }
}

extension PoolReference {
  /// The figures of a pool whose lock is held.
  func figures(_ state: borrowing PoolState) -> PoolStatistics {
    var figures = PoolStatistics()
    let cached = cacheTotals(state)
    figures.pageCount = state.buddy.managedFrameCount
    figures.cachedPages = cached.pages + state.depots.pageCount
    // What a trim has out of the buddy is free as well: requests wait for it.
    let usable = state.buddy.managedFrameCount - state.buddy.withheldFrameCount
    // A page that went from one cache to another while these were looked at was counted twice.
    figures.freePages = min(
      state.buddy.freeFrameCount + figures.cachedPages + state.trimming.pagesOut
        + state.quarantinedPages, usable)
    if let inspection = state.inspection {
      figures.quarantinedPages = state.quarantinedPages
      figures.guardPages = inspection.guardPages
      figures.unguardedRuns = inspection.unguardedRuns
    }
    figures.allocatedPages = usable - figures.freePages - figures.guardPages
    figures.freeBlocks = state.buddy.freeBlocks
    figures.absentPages = state.trimming.absentPages
    figures.largestOrder = state.buddy.largestOrder
    figures.reservedPageCount = pageCount
    figures.allocations = statistics.total(.allocations) + cached.taken
    figures.frees = statistics.total(.frees) + cached.put
    figures.failures = statistics.total(.failures)
    figures.pressureRounds = statistics.total(.pressureRounds)
    figures.reclaimedPages = statistics.total(.reclaimedPages)
    figures.clearedPages = statistics.total(.clearedPages)
    figures.knownZeroPages = statistics.total(.knownZeroPages)
    figures.trimmedPages = statistics.total(.trimmedPages)
    return figures
  }

  fileprivate var figuresUnlessBusy: PoolStatistics? {
    guard unsafe control.pointee.lock.tryAcquire() else { return nil }
    // The state is guarded by the lock, which is held now. It does not change, so that nobody who
    // waits has to be served.
    defer { unsafe control.pointee.lock.release() }
    return unsafe figures(state.pointee)
  }
}
