// What the pool's lock guards of trimming: which pages are absent, and what a trim has taken out of
// the buddy for the time of a call to the kernel.
//
// A page is *absent* while its bit in the bitmap of that name is set: it is free, and its memory was
// given back. The bit is cleared when the page leaves the buddy.

internal import Synchronization

/// The state of trimming.
struct TrimState {
  /// The free pages without memory behind them.
  var absentPages = 0
  /// The pages that a trim has out of the buddy at the moment.
  var pagesOut = 0
  /// The pages that requests have taken out of the buddy and may put back, because some of them are
  /// absent and the kernel may have no memory for these.
  var arriving = 0
  /// The thread that trims at the moment; 0 for none. There is one at a time for each pool.
  var thread: UInt = 0
  /// Requests that wait for pages that are out of the buddy: a trim's, or arriving ones.
  var waiters = 0
  /// Counts what trims take out and put back.
  var changes: UInt = 0
}

extension PoolReference {
  /// What keeps the pool's memory, while the pool is open.
  package var owner: AnyObject? {
    guard isOwnedByThisProcess else { return nil }
    return withLock { $0.owner }
  }

  /// Records that a request has taken pages that it may have to put back.
  ///
  /// - Returns: whether it may: then ``endArrival(of:_:)`` must follow.
  func beginArrival(of pages: Int, _ state: inout PoolState) -> Bool {
    guard state.trimming.absentPages > 0, backing.populate != nil else { return false }
    state.trimming.arriving += pages
    return true
  }

  /// Records that such pages are the client's, or are back.
  func endArrival(of pages: Int, _ state: inout PoolState) {
    state.trimming.arriving -= pages
    if state.trimming.waiters > 0 { unsafe control.pointee.trims.signal() }  // always valid
  }

  /// Whether pages were ever absent: until then nobody need look at the bitmap.
  @inline(__always)
  var mayHaveAbsentPages: Bool {
    // Atomic, and valid as the type's contract says.
    unsafe control.pointee.mayHaveAbsentPages.load(ordering: .relaxed)
  }

  /// Whether some of the pages are absent. They are the caller's, or the lock is held.
  @inline(__always)
  func isAbsent(anyOf frames: Range<Int>) -> Bool {
    absent.first(in: frames, where: true) < frames.upperBound
  }

  /// Records that pages have memory behind them, or get it when they are touched.
  func clearAbsence(of frames: Range<Int>, _ state: inout PoolState) {
    let count = absent.count(in: frames)
    guard count > 0 else { return }
    absent.remove(frames)
    state.trimming.absentPages -= count
  }

  /// Records that pages have no memory behind them. Returns how many had until now.
  func markAbsent(_ frames: Range<Int>, _ state: inout PoolState) -> Int {
    let count = frames.count - absent.count(in: frames)
    state.inspection?.forgetPoison(of: frames)
    absent.insert(frames)
    state.trimming.absentPages += count
    // Whoever takes one of the pages takes the lock after this.
    unsafe control.pointee.mayHaveAbsentPages.store(true, ordering: .relaxed)
    return count
  }
}
