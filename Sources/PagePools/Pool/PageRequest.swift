// What a caller may ask of a pool, and what the error says of it.

internal import BuddyAllocator

/// What pages hold when they are handed out.
public enum PageContents: Equatable, Sendable {
  /// All bytes are zero. Pages that are known to be zero are not cleared again.
  case zeroed
  /// Whatever was left in them: the fastest, for memory that is overwritten at once.
  case uninitialized
}

/// Whether reclaimers may be asked before a request fails.
public enum ReclaimPolicy: Equatable, Sendable {
  /// They are asked.
  case allowed
  /// They are not asked: the request fails as soon as no memory is free.
  case never
}

/// What is asked of a pool.
@usableFromInline
package enum PageRequest {
  /// Exactly so many pages next to each other.
  case run(pages: Int)
  /// One block of an order.
  case block(order: Int)
  /// So many pages, each by itself.
  case singles(count: Int)

  package var pages: Int {
    switch self {
    case .run(let pages): pages
    case .block(let order): order < Int.bitWidth - 1 ? 1 << order : .max
    case .singles(let count): count
    }
  }

  /// Whether the pages need not lie next to each other.
  package var isOfSinglePages: Bool {
    if case .singles = self { true } else { false }
  }

  /// The number of runs, blocks or single pages.
  var blocks: Int {
    if case .singles(let count) = self { count } else { 1 }
  }

  package var order: Int {
    switch self {
    case .run(let pages): BlockOrder.covering(frameCount: pages)
    case .block(let order): order
    case .singles: 0
    }
  }
}

extension PoolReference {
  /// Whether the pool could ever meet the request.
  private func canEverMeet(_ request: PageRequest) -> Bool {
    if case .singles(let count) = request { return count <= pageCount }
    let largestOrder = unsafe control.pointee.largestOrder  // never changes
    return request.order <= min(largestOrder, BlockOrder.fitting(frameCount: pageCount))
  }

  /// Throws if the pool could never meet the request, or belongs to another process.
  @usableFromInline
  package func checkCanEverMeet(_ request: PageRequest) throws(OutOfMemory) {
    guard isOwnedByThisProcess else { throw refusal(request, reason: .notOwner) }
    guard canEverMeet(request) else {
      statistics.add(1, to: .failures)
      throw refusal(request, reason: .largerThanRegion)
    }
  }

  /// The error for a request that is refused before any memory is looked at.
  func refusal(_ request: PageRequest, reason: OutOfMemory.Reason) -> OutOfMemory {
    guard reason != .notOwner else {
      return OutOfMemory(
        requestedPages: request.pages, requestedOrder: request.order, freePages: 0,
        largestFreeOrder: nil, reason: reason)
    }
    return withLock { state in
      // Nothing is drained for a request that could never be met.
      let held = cacheTotals(state).pages + state.depots.pageCount
      var failure = PoolReference.failure(request, state: state, reason: reason)
      failure.freePages += held
      return failure
    }
  }

  /// The error for a request that found no memory, with the figures of this instant.
  static func failure(
    _ request: PageRequest, state: borrowing PoolState, client: ClientReference? = nil,
    reason: OutOfMemory.Reason? = nil
  ) -> OutOfMemory {
    // What is promised to others is not free to this one; a trim may have some of it at the moment.
    let free = max(0, state.available(to: client) + state.quarantinedPages)
    let limit = state.exceededLimit(request.pages, of: client)
    let lack: OutOfMemory.Reason =
      free < request.pages
      ? .exhausted : state.mayMeet(request, for: client) ? .fragmented : .othersWait
    return OutOfMemory(
      requestedPages: request.pages, requestedOrder: request.order, freePages: free,
      largestFreeOrder: state.buddy.largestFreeOrder, node: state.node,
      reason: reason ?? (limit != nil ? .limit : lack),
      limit: limit)
  }
}
