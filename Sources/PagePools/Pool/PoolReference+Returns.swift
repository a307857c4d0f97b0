// How a set of pools knows that memory was out in all of them at one instant, though it asks one after
// the other. A request that fails leaves a pool sealed, so that everything that could let it succeed
// later happens under the pool's lock, where it is counted: pages that come back, frames that are
// added, a reserve that ends, caches that are opened. Where the count is the same before a pool was
// asked and after the last one has failed, what that pool had free has only become less meanwhile:
// so when the last one failed, the others could not have met the request, either. (The double collect
// of Afek et al., "Atomic Snapshots of Shared Memory", J. ACM 40, 1993.)

internal import Synchronization

extension PoolReference {
  /// Records that what is free has become more. The lock is held.
  func countReturn() {
    // Nobody else writes it meanwhile.
    let returns = unsafe control.pointee.returns.load(ordering: .relaxed)
    unsafe control.pointee.returns.store(returns &+ 1, ordering: .relaxed)
  }

  /// How often what is free has become more, to be read before a request; it may be a while ago. Of a
  /// pool, not of a client's account. Any thread.
  package var returnsBefore: UInt {
    // Control blocks are never unmapped.
    unsafe control.pointee.returns.load(ordering: .relaxed)
  }

  /// The same after a request has failed: all that happened before this call counts. Takes the lock.
  package var returnsAfter: UInt { withLock { _ in returnsBefore } }

  /// Takes a failure out of the statistics: the request is made again.
  package func discountFailure() { statistics.add(-1, to: .failures) }
}
