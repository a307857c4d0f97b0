// Taking and giving back on a client's account. All of it happens under the pool's lock, straight from
// and to the buddy: what a reserve promises must not lie in a cache.

internal import BuddyAllocator

extension PoolReference {
  /// Makes an account with a limit and a reserve.
  func makeClient(limit: Int, reserve: Int) throws(OutOfMemory) -> ClientReference {
    let request = PageRequest.singles(count: reserve)
    try checkCanEverMeet(request)
    if reserve > 0 { try checkFaults(request, .none) }
    let client = ClientReference(creatingFor: self, limit: limit)
    guard reserve > 0 else { return client }
    do throws(OutOfMemory) {
      try meet(request, reclaim: .allowed, client: nil) { state -> Void? in
        guard state.available(to: nil) >= reserve else { return nil }
        state.reserve(reserve, for: client)
        return ()
      }
    } catch {
      client.deallocate()
      throw error
    }
    return client
  }

  /// Ends the reserve of a client. Its pages may outlive this.
  func close(_ client: ClientReference) {
    guard isOwnedByThisProcess else { return }
    let isOver = withLock { state -> Bool in
      let isOver = state.close(client)
      unsealIfPlenty(&state)
      return isOver
    }
    if isOver { client.deallocate() }
  }

  /// The pages that count against a client's limit.
  func pagesOut(of client: ClientReference) -> Int {
    guard isOwnedByThisProcess else { return 0 }
    return withLock { _ in unsafe client.account.pointee.pagesOut }  // the lock is held
  }

  /// Takes `count` pages next to each other for a client. Returns the number of the first page.
  package func allocate(
    pages count: Int, for client: ClientReference, contents: PageContents, reclaim: ReclaimPolicy,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) -> Int {
    try allocate(.run(pages: count), for: client, contents: contents, reclaim: reclaim, tag: tag)
  }

  /// Takes a block of `2^order` pages for a client. Returns the number of the first page.
  package func allocate(
    order: Int, for client: ClientReference, contents: PageContents, reclaim: ReclaimPolicy,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) -> Int {
    try allocate(.block(order: order), for: client, contents: contents, reclaim: reclaim, tag: tag)
  }

  /// Takes `count` pages, each by itself, for a client: all or none.
  ///
  /// - Parameter receive: gets the number of each page, which holds what was asked for.
  package func allocate(
    singlePages count: Int, for client: ClientReference, contents: PageContents,
    reclaim: ReclaimPolicy, tag: AllocationTag = .none, receive: (Int) -> Void
  ) throws(OutOfMemory) {
    guard count > 0 else { return }
    let request = PageRequest.singles(count: count)
    var isArriving = false
    let taken = try satisfy(request, for: client, reclaim: reclaim, tag: tag) { state -> [Int]? in
      var frames: [Int] = []
      guard state.buddy.freeFrameCount >= count else { return nil }
      frames.reserveCapacity(count)
      if state.inspection != nil {
        for missing in (0..<count).reversed() {
          frames.append(state.takeSinglePage(for: client, sparing: missing))
        }
        isArriving = beginArrival(of: count, &state)
        return frames
      }
      guard state.buddy.allocateBatch(order: 0, count: count, into: { frames.append($0) }) == count
      else { fatalError("A free page vanished under the pool's lock.") }
      isArriving = beginArrival(of: count, &state)
      return frames
    }
    let frames =
      mayHaveAbsentPages
      ? try present(singles: taken, isArriving: isArriving, client: client) : taken
    for frame in frames { prepare(frame..<frame + 1, contents: contents, tag: tag) }
    recordSinglePages(count, tag: tag) { frames[$0] }
    for frame in frames { receive(frame) }
  }

  private func allocate(
    _ request: PageRequest, for client: ClientReference, contents: PageContents,
    reclaim: ReclaimPolicy, tag: AllocationTag
  ) throws(OutOfMemory) -> Int {
    var isArriving = false
    let taken = try satisfy(request, for: client, reclaim: reclaim, tag: tag) { state -> Int? in
      guard let frame = state.take(request, for: client) else { return nil }
      isArriving = beginArrival(of: request.pages, &state)
      return frame
    }
    return try deliver(
      request, at: taken, isArriving: isArriving, client: client, contents: contents, tag: tag)
  }

  private func satisfy<R>(
    _ request: PageRequest, for client: ClientReference, reclaim: ReclaimPolicy,
    tag: AllocationTag, take: (inout PoolState) -> R?
  ) throws(OutOfMemory) -> R {
    try checkCanEverMeet(request)
    try checkFaults(request, tag)
    // Nobody is asked for memory that the client may not have.
    let excess = withLock { state -> OutOfMemory? in
      guard state.exceededLimit(request.pages, of: client) != nil else { return nil }
      return PoolReference.failure(request, state: state, client: client)
    }
    if let excess {
      statistics.add(1, to: .failures)
      throw excess
    }
    let taken = try meet(request, reclaim: reclaim, client: client) { state -> R? in
      guard state.exceededLimit(request.pages, of: client) == nil,
        request.pages <= state.available(to: client), let taken = take(&state)
      else { return nil }
      state.charge(request.pages, to: client)
      return taken
    }
    statistics.add(request.blocks, to: .allocations)
    return taken
  }

  /// Gives pages of a client back.
  func free(_ frames: Range<Int>, of client: ClientReference) {
    let hasGuardBack = isInspected ? inspectReturning(frames) : true
    if hasAddressSanitizer { poison(frames) }
    statistics.add(1, to: .frees)
    var isOver = false
    let isLast = withLock { state -> Bool in
      takeBack(frames, hasGuardBack: hasGuardBack, &state)
      isOver = state.credit(frames.count, to: client)
      unsealIfPlenty(&state)
      return state.isClosed && state.isIdle
    }
    if isOver { client.deallocate() }
    if isLast { tearDown() }
  }
}
