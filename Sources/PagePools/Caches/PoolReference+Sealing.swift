// Sealing: the one mechanism behind exact out-of-memory, closing, trimming, waiting and faults. A sealed pool sends
// every request and every page that comes back to the buddy, under the lock. After `seal`, which is
// called with the lock held, the buddy knows every free page of the pool: no cache holds any, and
// none is on its way between the two, since such moves are made with the lock held as well.
//
// After a failed request a pool stays sealed until a good share of its pages is free, so that
// polling an exhausted pool costs a lock and a test each time, not a drain.

internal import BuddyAllocator
internal import Synchronization

extension PoolReference {
  /// Seals the pool, if it is not, and gives all cached blocks to the buddy.
  ///
  /// - Complexity: O(processors in use + cached blocks).
  func seal(_ state: inout PoolState) {
    guard !state.caches.isSealed else { return }
    stopCaching(&state)
    for processor in state.caches.active { drain(cache(processor), &state) }
    do throws(InvalidFree) {
      try state.depots.empty(into: &state.buddy)
    } catch {
      PoolReference.refuse()
    }
  }

  /// Seals the pool, and gives all that it keeps from being handed out to the buddy, too: every free page.
  ///
  /// - Complexity: as ``seal(_:)``, and O(pages in quarantine).
  func collect(_ state: inout PoolState) {
    seal(&state)
    state.emptyQuarantine()
  }

  /// Sees to it that nobody uses a cache any more, and nobody begins to: when this returns, their
  /// contents are this thread's to look at.
  func stopCaching(_ state: inout PoolState) {
    state.caches.isSealed = true
    unsafe head.pointee.libraryLimit.store(0, ordering: .relaxed)
    unsafe head.pointee.limit.store(0, ordering: .sequentiallyConsistent)
    switch state.caches.method {
    case .restartableSequences:
      // Sections that read the old limit have ended then, or start again and read the new one.
      Platform.barrier()
    case .exchange:
      // Who has a token is about to put it back, unless it was interrupted: no cache is passed over.
      for processor in state.caches.active {
        let cache = cache(processor)
        var attempt = 0
        while !cache.tryAcquire() {
          Platform.pause(attempt: attempt)
          attempt += 1
        }
      }
    case .none: break
    }
  }

  /// Opens a sealed pool's caches again, whatever is in them.
  func resumeCaching(_ state: inout PoolState) {
    if state.caches.method == .exchange {
      for processor in state.caches.active { cache(processor).relinquish() }
    }
    state.caches.isSealed = false
    // Whoever reads the new limit finds the caches as they are now.
    let limit = UInt32(state.caches.processorCount)
    unsafe head.pointee.libraryLimit.store(limit, ordering: .releasing)
    if !hasAddressSanitizer { unsafe head.pointee.limit.store(limit, ordering: .releasing) }
  }

  /// Unseals the pool, if enough of it is free and it has caches and is open.
  @inline(__always)
  func unsealIfPlenty(_ state: inout PoolState) {
    guard state.caches.isSealed, state.available(to: nil) >= state.caches.plentyMark,
      !state.isClosed, state.caches.sealHolders == 0
    else { return }
    resumeCaching(&state)
  }

  /// The cache of a processor.
  func cache(_ processor: Int) -> ProcessorCache {
    guard let caches = unsafe head.pointee.caches else { fatalError("The pool has no caches.") }
    // There is memory for `processorCount` caches, and only their numbers get here.
    return unsafe ProcessorCache(caches + processor << ProcessorCache.shift)
  }

  /// Gives a cache's blocks back. Nobody else may use the cache.
  private func drain(_ cache: ProcessorCache, _ state: inout PoolState) {
    for order in 0..<ProcessorCache.orderCount {
      let word = unsafe cache.word(order)
      let old = unsafe word.pointee.load(ordering: .relaxed)
      let count = Int(old & 255)
      guard count > 0 else { continue }
      // A stack's entries are one behind the other.
      let entries = unsafe Span(_unsafeStart: UnsafePointer(cache.entry(order, 0)), count: count)
      settle(entries, order: order, &state)
      unsafe word.pointee.store(old & ~255, ordering: .relaxed)
      state.caches.supplied[order] -= count
    }
  }
}
