// How a set of pools knows that memory was out in all of them at one instant, though it asks one after
// the other: meanwhile pages may have come back to one that has failed. So when all have failed it
// looks into all of them at once, with every lock held. Pools never take each other's locks else, and
// here always in the same order, so that two sets of threads cannot wait for each other.

internal import BuddyAllocator

extension PoolReference {
  /// Whether, at one instant of the call, none of the pools could meet the request.
  ///
  /// - Parameter pools: pools, not clients' accounts, each once, and of all that are ever asked together
  ///   in the same order.
  /// - Complexity: O(pools), and where caches are in use the cost of draining them.
  package static func noneCanMeet(
    _ request: PageRequest, _ pools: ArraySlice<PoolReference>
  ) -> Bool {
    guard let pool = pools.first, pool.isOwnedByThisProcess else { return true }
    return pool.withLock { state in
      pool.collect(&state)
      let canMeet = state.canMeet(request)
      let decision = !canMeet && noneCanMeet(request, pools.dropFirst())
      if canMeet { pool.unsealIfPlenty(&state) }
      return decision
    }
  }

  /// Takes a failure out of the statistics: the request is made again.
  package func discountFailure() { statistics.add(-1, to: .failures) }
}

extension PoolState {
  /// Whether the request can be met by what is free, or may be by what a trim, or a request that
  /// brings pages in, is about to put back. The pool is sealed.
  fileprivate func canMeet(_ request: PageRequest) -> Bool {
    assert(caches.isSealed)
    guard mayMeet(request, for: nil) else { return false }
    let isOut = trimming.pagesOut > 0 && trimming.thread != Platform.threadIdentifier
    if isOut || trimming.arriving > 0 { return true }
    guard request.pages <= available(to: nil) else { return false }
    return request.isOfSinglePages || buddy.largestFreeOrder.map { $0 >= request.order } ?? false
  }
}
