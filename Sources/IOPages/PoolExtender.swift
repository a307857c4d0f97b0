internal import PagePools
internal import Synchronization

/// Brings pages that a region commits into the region's pool.
final class PoolExtender: Sendable {
  // Weak: a pool's end must not depend on its region. With the handle gone, nobody allocates, and
  // new pages need not be known.
  private struct WeakPool {
    weak var pool: PagePool?
  }
  private let target = Mutex(WeakPool())

  /// Says which pool to extend.
  func connect(to pool: PagePool) { target.withVisibleLock { $0.pool = pool } }

  /// Makes the first `pageCount` pages of the region available, if the pool is still open.
  func extend(to pageCount: Int) {
    // The handle is held while the pool is extended: its control block cannot go meanwhile.
    let pool = target.withVisibleLock { $0.pool }
    pool?.reference.extend(to: pageCount)
  }
}
