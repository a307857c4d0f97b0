// Pages coming back, and the end of a pool: whoever brings the last page of a closed pool lets go
// of its memory.

internal import BuddyAllocator
internal import Synchronization

extension PoolReference {
  /// Gives pages back where no cache could take them. In a forked child this does nothing: the
  /// pages are the parent's.
  ///
  /// - Precondition: every page of the range is out, and the caller owns it.
  @usableFromInline
  package func free(_ frames: Range<Int>) {
    guard isOwnedByThisProcess else { return }
    let hasGuardBack = isInspected ? inspectReturning(frames) : true
    if hasAddressSanitizer, putPoisoned(frames) { return }
    statistics.add(1, to: .frees)
    let isLast = withLock { state -> Bool in
      if !state.caches.isSealed, let order = PoolReference.cachedOrder(of: frames) {
        flush(address(ofFrame: frames.lowerBound), order: order, &state)
        return false
      }
      takeBack(frames, hasGuardBack: hasGuardBack, &state)
      unsealIfPlenty(&state)
      return state.isClosed && state.isIdle
    }
    if isLast { tearDown() }
  }

  /// The order of a range of frames as one block of a cached order; nil if it is not one.
  static func cachedOrder(of frames: Range<Int>) -> Int? {
    let order = frames.count.trailingZeroBitCount
    let isBlock =
      frames.count == 1 << order && frames.lowerBound & (frames.count - 1) == 0
      && order < ProcessorCache.orderCount
    return isBlock ? order : nil
  }

  /// Ends a pool whose handle is gone, now or when its last page comes back.
  func close() {
    guard isOwnedByThisProcess else { return }
    var reclaimers: [Reclaimer] = []
    var onLeak: (@Sendable (LeakReport) -> Void)?
    var leaks = LeakReport()
    let isLast = withLock { state -> Bool in
      state.isClosed = true
      collect(&state)
      swap(&reclaimers, &state.reclaimers)
      swap(&onLeak, &state.onLeak)
      if onLeak != nil { leaks = LeakReport(state) }
      return state.isIdle
    }
    if let onLeak, !leaks.isEmpty { onLeak(leaks) }
    // The closures go here, without the lock.
    reclaimers.removeAll()
    if isLast { tearDown() }
  }

  /// Lets go of the pool's memory. Nobody else refers to the pool any more, except threads that
  /// are still on their way out of the lock.
  func tearDown() {
    if hasAddressSanitizer { unpoisonAll() }
    unsafe head.pointee.mark.store(0, ordering: .relaxed)
    // Initialised in init(creating:), and ended only here. The owner goes last: it may unmap the
    // side tables and recycle this very block.
    let owner = unsafe state.pointee.owner.take()
    unsafe state.deinitialize(count: 1)
    unsafe control.deinitialize(count: 1)
    unsafe head.deinitialize(count: 1)
    withExtendedLifetime(owner) {}
  }

  /// Makes pages available that the pool's memory has got since, up to `pageCount`.
  package func extend(to pageCount: Int) {
    guard isOwnedByThisProcess else { return }
    withLock { state in
      let managed = state.buddy.managedFrameCount
      guard pageCount > managed else { return }
      if state.contents == .unknown { dirty.insert(managed..<pageCount) }
      // The caches' share grows with the pool.
      seal(&state)
      state.buddy.extend(to: pageCount)
      state.caches.resize(pageCount: pageCount)
      updateRooms(state)
      unsealIfPlenty(&state)
    }
  }
}
