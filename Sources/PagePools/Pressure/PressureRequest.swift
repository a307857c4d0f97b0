// Asking those who could give memory back. A pool that is short of pages asks its reclaimers: one
// round at a time, on the thread that needs the pages, with no lock held.

/// What a reclaimer is told: the request that cannot be met at the moment.
public struct PressureRequest: Equatable, Sendable {
  /// The number of pages that are needed.
  public var pages: Int
  /// The order of the block that is needed; 0 where separate pages will do.
  public var order: Int
  /// Which round this is for the request, from 1. There is a further one only while rounds give
  /// pages back; later ones should give up more.
  public var attempt: Int

  /// A request as a pool would make it: for tests of reclaimers.
  public init(pages: Int, order: Int, attempt: Int) {
    self.pages = pages
    self.order = order
    self.attempt = attempt
  }
}

/// Keeps a reclaimer registered. When the token goes, the reclaimer is not called any more; a call
/// that is running on another thread is waited for. It may be dropped on any thread, the reclaimer's
/// own call included; but a call must not drop another reclaimer's token of the same set of pools, whose
/// call may be about to drop this one's.
public struct PressureToken: ~Copyable, Sendable {
  private let reclaimer: Reclaimer
  private let pool: PoolReference

  init(_ reclaimer: Reclaimer, of pool: PoolReference) {
    self.reclaimer = reclaimer
    self.pool = pool
  }

  deinit {
    // In a forked child the call that seems to be running is the parent's, and so may be the lock.
    // Control blocks are never unmapped, and where the pool is gone no call can be running.
    if pool.isOwnedByThisProcess { reclaimer.cancel() }
  }
}
