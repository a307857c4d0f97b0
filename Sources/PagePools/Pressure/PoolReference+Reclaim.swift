// A round of reclaiming. One at a time for each pool, on the thread that asks; a second thread
// that is short waits for the round to end and tries again before it starts its own. A request
// made by a reclaimer never starts a round, so that rounds do not nest.

internal import BuddyAllocator

extension PoolReference {
  /// Rounds, its own and those it waited for, after which a request fails even though each gave
  /// some pages back: others take them faster than they come.
  private static var roundLimit: Int { 16 }

  /// What a thread that found no memory is to do.
  private enum NextStep<R> {
    case done(R)
    case fail(OutOfMemory)
    case waitForRound(seen: UInt32)
    case waitForTrim(seen: UInt32)
    case ask([Reclaimer])
  }

  /// Retries `attempt` with the help of the reclaimers. Returns what it took, or why it failed.
  @inline(never)
  func reclaimAndRetry<R>(
    _ request: PageRequest, reclaim: ReclaimPolicy, client: ClientReference?,
    attempt: (inout PoolState) -> R?
  ) -> (R?, OutOfMemory?) {
    var round = 0
    var waited = 0
    var canHelp = reclaim == .allowed
    var hasWaitedForTrim = false
    while isOwnedByThisProcess {
      let step = nextStep(
        request, client: client, canHelp: canHelp, hasWaitedForTrim: hasWaitedForTrim,
        attempt: attempt)
      hasWaitedForTrim = false
      switch step {
      case .done(let taken): return (taken, nil)
      case .fail(let failure): return (nil, failure)
      case .waitForRound(let seen):
        unsafe control.pointee.rounds.wait(after: seen)
        // Other threads' rounds count, so that their number bounds the waiting.
        waited += 1
        if waited == PoolReference.roundLimit { canHelp = false }
      case .waitForTrim(let seen):
        unsafe control.pointee.trims.wait(after: seen)
        hasWaitedForTrim = true
      case .ask(let reclaimers):
        round += 1
        let (taken, freed) = ask(
          reclaimers, request, client,
          PressureRequest(pages: request.pages, order: request.order, attempt: round),
          attempt: attempt)
        if let taken { return (taken, nil) }
        canHelp = freed > 0 && round + waited < PoolReference.roundLimit
      }
    }
    return (nil, refusal(request, reason: .notOwner))
  }

  /// Tries once more, and decides under the same lock what is next.
  private func nextStep<R>(
    _ request: PageRequest, client: ClientReference?, canHelp: Bool, hasWaitedForTrim: Bool,
    attempt: (inout PoolState) -> R?
  ) -> NextStep<R> {
    withLock { state -> NextStep<R> in
      // While somebody waits, trims take nothing: what was waited for is here.
      if hasWaitedForTrim { state.trimming.waiters -= 1 }
      // Whatever came back would be for those who wait.
      guard state.mayMeet(request, for: client) else {
        return .fail(PoolReference.failure(request, state: state, client: client))
      }
      if let taken = attemptExactly(request, client, &state, attempt) { return .done(taken) }
      if state.exceededLimit(request.pages, of: client) != nil {
        return .fail(PoolReference.failure(request, state: state, client: client))
      }
      let thread = state.trimming.thread
      if state.trimming.arriving > 0
        || state.trimming.pagesOut > 0 && thread != Platform.threadIdentifier
      {
        state.trimming.waiters += 1
        // Read under the lock, under which the pages come back: it cannot be missed.
        return .waitForTrim(seen: unsafe control.pointee.trims.current)
      }
      guard canHelp, state.roundThread != 0 || !state.reclaimers.isEmpty, !isReentrant(state) else {
        return .fail(PoolReference.failure(request, state: state, client: client))
      }
      if state.roundThread != 0 {
        state.roundWaiters += 1
        // Read under the lock, under which the round's end is recorded: it cannot be missed.
        return .waitForRound(seen: unsafe control.pointee.rounds.current)
      }
      state.reclaimers.removeAll { $0.isCancelled }
      guard !state.reclaimers.isEmpty else {
        return .fail(PoolReference.failure(request, state: state, client: client))
      }
      state.roundThread = Platform.threadIdentifier
      state.reclaimingThreads?.insertCurrent()
      return .ask(state.reclaimers)
    }
  }

  /// Whether the calling thread asks reclaimers already, of this pool or of another one of its set.
  private func isReentrant(_ state: borrowing PoolState) -> Bool {
    state.roundThread == Platform.threadIdentifier
      || state.reclaimingThreads?.containsCurrent ?? false
  }

  /// Tries with every free page of the pool in the buddy, if need be.
  private func attemptExactly<R>(
    _ request: PageRequest, _ client: ClientReference?, _ state: inout PoolState,
    _ attempt: (inout PoolState) -> R?
  ) -> R? {
    guard state.mayMeet(request, for: client) else { return nil }
    var taken = attempt(&state)
    if taken == nil, !state.caches.isSealed || state.quarantinedPages > 0 {
      collect(&state)
      taken = attempt(&state)
    }
    if taken != nil { unsealIfPlenty(&state) }
    return taken
  }

  /// One round: asks one reclaimer after the other until the request can be met.
  private func ask<R>(
    _ reclaimers: [Reclaimer], _ request: PageRequest, _ client: ClientReference?,
    _ pressure: PressureRequest, attempt: (inout PoolState) -> R?
  ) -> (taken: R?, freed: Int) {
    statistics.add(1, to: .pressureRounds)
    var freed = 0
    var taken: R?
    for reclaimer in reclaimers {
      // A figure that no pool could reach is a mistake, which must not become an overflow.
      freed += min(reclaimer.call(pressure), pageCount)
      // A reclaimer that forked returns twice; in the child there is nothing to go on with.
      guard isOwnedByThisProcess else { return (nil, 0) }
      taken = withLock { attemptExactly(request, client, &$0, attempt) }
      if taken != nil { break }
    }
    statistics.add(freed, to: .reclaimedPages)
    withLock { state in
      state.reclaimingThreads?.removeCurrent()
      state.roundThread = 0
      state.roundWaiters = 0
    }
    unsafe control.pointee.rounds.signal()
    return (taken, freed)
  }
}
