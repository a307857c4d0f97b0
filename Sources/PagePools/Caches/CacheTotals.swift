// What the caches hold, and what went through them, without a counter on the common path: each
// stack's word counts the blocks taken from it, and the slow path knows what it moved itself.

internal import Synchronization

/// Sums over all caches of a pool.
struct CacheTotals {
  /// Free pages in caches.
  var pages = 0
  /// Blocks that clients took from caches.
  var taken = 0
  /// Blocks that clients gave back to caches.
  var put = 0
}

extension PoolReference {
  /// What the caches hold now. Exact if nobody uses the pool.
  ///
  /// - Complexity: O(processors in use).
  func cacheTotals(_ state: borrowing PoolState) -> CacheTotals {
    var totals = CacheTotals()
    for order in 0..<ProcessorCache.orderCount {
      // What went in: by clients and by the slow path. What went out: the same, and by draining,
      // which `supplied` has taken off.
      totals.taken -= state.caches.flushed[order]
      totals.put -= state.caches.supplied[order]
      for processor in state.caches.active {
        let (count, taken) = cache(processor).counts(order)
        totals.pages += count << order
        totals.taken += taken
        totals.put += count + taken
      }
    }
    return totals
  }
}
