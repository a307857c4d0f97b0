// Whether a pool may have answered so: looked at afterwards, by the map.

import IOPageCore
import IOPages
import PagePools

extension PoolTwin {
  /// Whether a pool could meet a request as the map is now.
  private func canMeet(_ request: Request, _ pool: Int) -> Bool {
    let map = maps[pool]
    guard canEverMeet(request, pool), request.count <= available(pool, request.client) else {
      return false
    }
    return request.shape == .singles || map.largestFreeOrder.map { $0 >= request.order } ?? false
  }

  private func canEverMeet(_ request: Request, _ pool: Int) -> Bool {
    let map = maps[pool]
    if request.shape == .singles { return request.count <= map.pageCount }
    return request.order <= map.largestOrder && 1 << request.order <= map.pageCount
  }

  /// The pages of a pool that a client may take; nil stands for everybody without a view.
  private func available(_ pool: Int, _ client: ClientModel?) -> Int {
    maps[pool].freePages - reserved(pool) + (client?.unmetReserve ?? 0)
  }

  func reserved(_ pool: Int) -> Int {
    views.reduce(0) { $0 + ($1.index == pool ? $1.client.unmetReserve : 0) }
  }

  /// Pages that have come, before they are the client's.
  func checkSuccess(_ taken: [HeldPage], of request: Request) throws(Difference) {
    let count = request.shape == .singles ? request.count : 1
    try expect(taken.count == count, "\(taken.count) owners came, not \(count)")
    var seen: Set<Int> = []
    for page in taken {
      let frames = page.frames
      let wanted = request.shape == .singles ? 1 : request.count
      try expect(frames.count == wanted, "\(frames.count) pages came, not \(wanted)")
      try expect(page.map.isFree(frames), "pages \(frames) of pool \(page.pool) were out")
      try expect(seen.insert(frames.lowerBound).inserted, "page \(frames) came twice")
      let order = request.shape == .singles ? 0 : request.order
      try expect(frames.lowerBound & (1 << order - 1) == 0, "pages \(frames) are not aligned")
      try expect(
        !configuration.isPopulated || kernel?.hasMemory(frames) ?? true,
        "pages \(frames) have no memory behind them")
      if request.contents == .zeroed {
        let holdsZeroes = unsafe page.page!.withUnsafeBytes { bytes in unsafe isZero(bytes) }
        try expect(holdsZeroes, "pages \(frames) are not zero")
      }
    }
    guard let first = taken.first else { return }
    try expect(request.candidates.contains(first.pool), "pool \(first.pool) was not to be asked")
    for pool in request.candidates.prefix(while: { $0 != first.pool }) {
      try expect(!canMeet(request, pool), "pool \(pool) was passed over, and has pages")
    }
    if let client = request.client {
      try expect(
        client.pagesOut + request.count <= client.limit, "a client has more than its limit")
    }
  }

  /// What is promised to clients must be there.
  func checkReserves() throws(Difference) {
    for pool in pools.indices {
      let (free, reserved) = (maps[pool].freePages, reserved(pool))
      try expect(free >= reserved, "\(reserved) pages are promised, \(free) are free")
    }
  }

  /// A request that failed.
  func checkFailure(_ error: OutOfMemory, of request: Request) throws(Difference) {
    let description = "\(error.reason) for \(request.count) pages of order \(request.order)"
    try expect(error.requestedPages == request.count, "\(description): wrong number of pages")
    switch error.reason {
    case .largerThanRegion:
      let isRight = !request.candidates.contains { canEverMeet(request, $0) }
      return try expect(isRight, "\(description): the pool could have it")
    case .limit:
      guard let client = request.client else { throw Difference("\(description): no client") }
      let isRight = client.pagesOut + request.count > client.limit
      return try expect(isRight, "\(description): \(client.pagesOut) of \(client.limit) are out")
    case .notBacked:
      return try expect(kernel?.refuses ?? false, "\(description): the kernel has memory")
    case .notOwner, .noPoolOnNode, .othersWait, .cancelled, .injected:
      throw Difference(description)
    case .exhausted, .fragmented: break
    }
    for pool in request.candidates {
      try expect(!canMeet(request, pool), "\(description): pool \(pool) has them")
      let isStashed = request.reclaim == .allowed && !stashes[pool].pages.isEmpty
      // Where nothing could ever come of it, nobody is asked.
      if canEverMeet(request, pool) {
        try expect(!isStashed, "\(description): a reclaimer of pool \(pool) was not asked")
      }
    }
    // A pool that could never have such a block says what its buddy has, without draining the caches.
    let asked = request.candidates
    guard configuration.cacheMethod == .none || asked.allSatisfy({ canEverMeet(request, $0) })
    else { return }
    let free = asked.reduce(0) { $0 + max(0, available($1, request.client)) }
    try expect(error.freePages == free, "\(description): \(error.freePages) free, not \(free)")
    let largest = asked.compactMap { maps[$0].largestFreeOrder }.max()
    try expect(
      error.largestFreeOrder == largest,
      "\(description): order \(error.largestFreeOrder, default: "none"), "
        + "not \(largest, default: "none")")
    // All single pages of one request come from one pool.
    let isExhausted = free < request.count || request.shape == .singles
    try expect((error.reason == .exhausted) == isExhausted, "\(description): wrong reason")
  }
}
