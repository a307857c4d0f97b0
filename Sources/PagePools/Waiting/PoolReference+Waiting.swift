// Waiting for pages: joining the queue, being served from it, and leaving it.

internal import BuddyAllocator

extension PoolReference {
  /// Joins the queue, unless nobody is in it and the pages are there.
  ///
  /// - Returns: what has become of the request so far.
  package func join(_ waiting: WaitingRequest) -> WaitingRequest.Fate {
    guard isOwnedByThisProcess else { return .ended(refusal(waiting.request, reason: .notOwner)) }
    return withLock { state in
      if !state.waiting.holdsSeal {
        seal(&state)
        state.caches.sealHolders += 1
        state.waiting.holdsSeal = true
      }
      state.waiting.append(waiting)
      serve(&state)
      return waiting.fate
    }
  }

  /// Has `wake` called once the fate of the request is decided, at once if it is already.
  package func notify(_ waiting: WaitingRequest, _ wake: @escaping @Sendable () -> Void) {
    guard isOwnedByThisProcess else { return wake() }
    let isDecided = withLock { _ in
      if waiting.fate == .waiting { waiting.wake = wake }
      return waiting.fate != .waiting
    }
    if isDecided { wake() }
  }

  /// How many requests wait.
  package var waitingRequestCount: Int {
    guard isOwnedByThisProcess else { return 0 }
    return withLock { $0.waiting.count }
  }

  /// Ends a wait, if nothing was granted yet.
  package func endWait(of waiting: WaitingRequest) {
    guard isOwnedByThisProcess else { return }
    withLock { state in
      let isHead = state.waiting.head === waiting
      guard state.waiting.remove(waiting) else { return }
      var failure = PoolReference.failure(waiting.request, state: state)
      // Only those behind it are left.
      if isHead, failure.reason == .othersWait { failure.reason = .fragmented }
      waiting.fate = .ended(failure)
      // The next one may fit where this one did not: it is tried when the lock is let go of.
      state.waiting.decided.append(waiting)
    }
  }

  /// What has become of a request.
  package func fate(of waiting: WaitingRequest) -> WaitingRequest.Fate {
    guard isOwnedByThisProcess else { return .ended(refusal(waiting.request, reason: .notOwner)) }
    return withLock { _ in waiting.fate }
  }

  /// The pages that were granted, holding what was asked for.
  ///
  /// - Throws: ``OutOfMemory/Reason/notBacked``; then the pages are back.
  package func receive(
    _ waiting: WaitingRequest, firstPage: Int, contents: PageContents, tag: AllocationTag
  ) throws(OutOfMemory) -> Range<Int> {
    // Counted here, so that a failure below takes it back.
    statistics.add(1, to: .allocations)
    let first = try deliver(
      waiting.request, at: firstPage, isArriving: false, contents: contents, tag: tag)
    return first..<first + waiting.request.pages
  }

  /// Gives pages back that were granted to somebody who does not want them any more.
  package func decline(_ waiting: WaitingRequest, firstPage: Int) {
    guard isOwnedByThisProcess else { return }
    let frames = firstPage..<firstPage + waiting.request.pages
    withLock { $0.giveBack(frames) }
  }

  /// The error of a wait whose task was cancelled.
  package func cancellation(of waiting: WaitingRequest) -> OutOfMemory {
    refusal(waiting.request, reason: isOwnedByThisProcess ? .cancelled : .notOwner)
  }

  /// Counts a wait that got nothing.
  package func countFailure() {
    if isOwnedByThisProcess { statistics.add(1, to: .failures) }
  }

  /// Grants the head of the queue its pages as long as they are there. The lock is held.
  ///
  /// They are its own from now on, and do not count as arriving even if they may come back for want of
  /// memory behind them: nobody may sleep until they do, since the task that has them may need the
  /// sleeper's thread to go on.
  func serve(_ state: inout PoolState) {
    while let head = state.waiting.head, let frame = grant(head.request, &state) {
      head.fate = .granted(firstPage: frame)
      state.waiting.removeHead()
      state.waiting.decided.append(head)
    }
    guard state.waiting.isEmpty, state.waiting.holdsSeal else { return }
    state.waiting.holdsSeal = false
    state.caches.sealHolders -= 1
    unsealIfPlenty(&state)
  }

  private func grant(_ request: PageRequest, _ state: inout PoolState) -> Int? {
    guard request.pages <= state.available(to: nil) + state.quarantinedPages else { return nil }
    if request.pages <= state.available(to: nil), let frame = state.take(request) { return frame }
    guard state.quarantinedPages > 0 else { return nil }
    state.emptyQuarantine()
    return request.pages <= state.available(to: nil) ? state.take(request) : nil
  }

  /// Serves the queue, lets go of the lock, and wakes those whose fate is decided.
  @inline(never)
  func releaseToWaiting() {
    // The state is guarded by the lock, which is held until the next line but one.
    let wakes = unsafe serveAll(&state.pointee)
    unsafe control.pointee.lock.release()
    for wake in wakes { wake() }
  }

  private func serveAll(_ state: inout PoolState) -> [@Sendable () -> Void] {
    serve(&state)
    var wakes: [@Sendable () -> Void] = []
    for waiting in state.waiting.decided {
      if let wake = waiting.wake.take() { wakes.append(wake) }
    }
    state.waiting.decided.removeAll()
    return wakes
  }
}

extension PoolState {
  /// Whether a request may be met now: nobody waits before it, or the pages are promised to its client.
  func mayMeet(_ request: PageRequest, for client: ClientReference?) -> Bool {
    guard !waiting.isEmpty else { return true }
    // The lock is held.
    return client.map { unsafe request.pages <= $0.account.pointee.unmetReserve } ?? false
  }
}
