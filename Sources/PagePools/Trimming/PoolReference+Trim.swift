// Giving memory back while the pool is in use. The blocks are out of the buddy while the kernel is
// called, which happens without the lock, and come back marked absent. A request that cannot be met
// meanwhile waits for them, so that it never fails for want of pages that are free; and a trim that
// somebody waits for ends, since memory is short then.

internal import BuddyAllocator
internal import Synchronization

extension PoolReference {
  /// Gives the memory behind free pages back, but for `keeping` pages at least.
  ///
  /// Trims of other threads are waited for. A trim in `discard` of another one does nothing.
  ///
  /// - Parameter discard: gives the memory behind pages back; called with no lock held.
  /// - Returns: how many pages had memory and have none any more.
  /// - Throws: what `discard` throws, at once; what was given back before stays so.
  package func trim<E: Error>(
    keeping: Int, discard: (_ pages: Range<Int>) throws(E) -> Void
  ) throws(E) -> Int {
    guard isOwnedByThisProcess, var plan = beginTrim(keeping: keeping) else { return 0 }
    var trimmed = 0
    while let frames = takeOut(&plan) {
      do throws(E) {
        try discard(frames)
      } catch {
        // After a fork in `discard` there is nothing to put back.
        guard isOwnedByThisProcess else { return trimmed }
        _ = putBack(frames, isDiscarded: false)
        endTrim()
        throw error
      }
      guard isOwnedByThisProcess else { return trimmed }
      trimmed += putBack(frames, isDiscarded: true)
    }
    endTrim()
    return trimmed
  }

  private func beginTrim(keeping: Int) -> TrimPlan? {
    while true {
      var seen: UInt32?
      let plan = withLock { state -> TrimPlan? in
        let thread = state.trimming.thread
        if thread != 0, thread != Platform.threadIdentifier {
          // Read under the lock, under which the trim's end is recorded: it cannot be missed.
          seen = unsafe control.pointee.trims.current
          return nil
        }
        guard thread == 0, state.trimming.waiters == 0, state.waiting.isEmpty, !state.isClosed
        else { return nil }
        state.trimming.thread = Platform.threadIdentifier
        collect(&state)
        return TrimPlan(keeping: max(keeping, state.reserved))
      }
      guard let seen else { return plan }
      unsafe control.pointee.trims.wait(after: seen)
    }
  }

  private func endTrim() {
    let isLast = withLock { state -> Bool in
      state.trimming.thread = 0
      unsealIfPlenty(&state)
      unsafe control.pointee.trims.signal()  // valid, since the pool is not idle before this
      // A pool is not idle during a trim, so that the last page may have come back meanwhile.
      return state.isClosed && state.isIdle
    }
    if isLast { tearDown() }
  }

  /// The next pages to be discarded, which are out of the buddy; nil at the end.
  private func takeOut(_ plan: inout TrimPlan) -> Range<Int>? {
    while true {
      let step = withLock { state -> TrimStep in
        guard state.trimming.waiters == 0, state.waiting.isEmpty, !state.isClosed
        else { return .end }
        let step = advance(&plan, &state)
        if case .discard(let frames) = step {
          state.trimming.pagesOut = frames.count
          state.trimming.changes &+= 1
        }
        return step
      }
      switch step {
      case .discard(let frames): return frames
      case .lookOn: continue
      case .end: return nil
      }
    }
  }

  /// Gives pages back to the buddy. Returns how many are absent now and were not before.
  private func putBack(_ frames: Range<Int>, isDiscarded: Bool) -> Int {
    var trimmed = 0
    withLock { state in
      if isDiscarded {
        trimmed = markAbsent(frames, &state)
        if backing.becomesZero { dirty.remove(frames) }
      } else if backing.populate != nil {
        // Some of them may be gone; what they hold is as unknown as it was.
        _ = markAbsent(frames, &state)
      } else {
        state.inspection?.forgetPoison(of: frames)
      }
      state.giveBack(frames)
      state.trimming.pagesOut = 0
      state.trimming.changes &+= 1
      if state.trimming.waiters > 0 { unsafe control.pointee.trims.signal() }  // always valid
    }
    statistics.add(trimmed, to: .trimmedPages)
    return trimmed
  }
}
