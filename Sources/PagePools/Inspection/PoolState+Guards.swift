// A guarded run is taken with one page more, which nobody may touch. It starts where it would start
// without, at a multiple of the next power of two of its pages: a block of order k is the beginning of
// one of order k + 1, of which all but one page behind it goes back at once. The guard belongs to the
// page before it, and goes back with that one, whoever has it by then.

internal import BuddyAllocator
internal import CPageMemory

extension PoolState {
  /// Takes pages next to each other from the buddy.
  ///
  /// - Parameters:
  ///   - client: has the pages on its account; nil: nobody's.
  ///   - sparing: how many free pages must be left for the rest of the request.
  mutating func take(
    _ request: PageRequest, for client: ClientReference? = nil, sparing: Int = 0
  ) -> Int? {
    if let inspection, inspection.options.guardsRuns {
      if leavesRoomForGuard(request.pages + sparing, for: client),
        BlockOrder.covering(frameCount: request.pages + 1) <= buddy.largestOrder,
        let frame = buddy.allocate(frames: request.pages + 1)
      {
        inspection.setGuard(at: frame + request.pages)
        return frame
      }
    }
    let frame =
      switch request {
      case .block(let order): buddy.allocate(order: order)
      case .run(let pages): buddy.allocate(frames: pages)
      case .singles: buddy.allocate(order: 0)
      }
    if frame != nil, let inspection, inspection.options.guardsRuns { inspection.unguardedRuns += 1 }
    return frame
  }

  /// Whether a page is left for a guard when so many are taken: one that is promised to nobody, and
  /// not to the client either, whose reserve is for pages.
  private func leavesRoomForGuard(_ pages: Int, for client: ClientReference?) -> Bool {
    // The lock is held.
    let reserved = client.map { unsafe $0.account.pointee.unmetReserve } ?? 0
    return 1 + max(0, pages - reserved) <= available(to: nil)
  }
}

extension PoolState {
  /// Takes a page for a request of single pages that the buddy can meet.
  mutating func takeSinglePage(for client: ClientReference? = nil, sparing: Int) -> Int {
    guard let frame = take(.block(order: 0), for: client, sparing: sparing)
    else { fatalError("A free page vanished under the pool's lock.") }
    return frame
  }
}

extension Inspection {
  /// Records that a page stands behind a run, and may be touched still.
  fileprivate func setGuard(at frame: Int) {
    guard let notes else { return }
    var note = FrameNote()
    note.isGuard = true
    notes[frame] = note
    guardPages += 1
  }

  /// Records how the page behind a run is guarded, if it is.
  func settleGuard(behind frames: Range<Int>, isInaccessible: Bool) {
    guard let notes, notes.hasGuard(behind: frames) else { return }
    notes[frames.upperBound].isPoisoned = !isInaccessible
    notes[frames.upperBound].isInaccessible = isInaccessible
    if !isInaccessible { unguardedRuns += 1 }
  }

  /// Ends the guard behind pages that go back. Returns its page, if there is one.
  func removeGuard(behind frames: Range<Int>) -> Range<Int>? {
    guard let notes, notes.hasGuard(behind: frames) else { return nil }
    notes[frames.upperBound] = FrameNote()
    guardPages -= 1
    return frames.upperBound..<frames.upperBound + 1
  }
}

extension FrameNotes {
  /// Whether the page behind a run is its guard.
  func hasGuard(behind frames: Range<Int>) -> Bool {
    frames.upperBound < frameCount && self[frames.upperBound].isGuard
  }
}

extension PoolReference {
  /// Makes the page behind a run of this thread's inaccessible, or fills it with the pattern.
  ///
  /// - Returns: whether it is inaccessible.
  func guardEnd(of frames: Range<Int>) -> Bool {
    guard let notes = unsafe control.pointee.notes,  // never changes
      notes.hasGuard(behind: frames)
    else { return false }
    let end = frames.upperBound..<frames.upperBound + 1
    // Whatever becomes of it, it is not known to be zero.
    dirty.insert(end)
    if let guardPages = backing.guardPages, guardPages(end) { return true }
    guard !isAbsent(anyOf: end) else {
      // There is nothing to hold the pattern, and no memory is brought in for it.
      withLock { state in
        if let end = state.inspection?.removeGuard(behind: frames) { state.giveBack(end) }
        state.inspection?.unguardedRuns += 1
      }
      return false
    }
    if hasAddressSanitizer { unpoison(end) }
    fillWithPoison(end)
    if hasAddressSanitizer { poison(end) }
    return false
  }

  /// Makes the page behind pages of this thread's an ordinary one again if it is their guard, and ends
  /// the process if somebody has written to it.
  ///
  /// - Returns: whether there is memory behind it.
  func unguardEnd(of frames: Range<Int>) -> Bool {
    guard let notes = unsafe control.pointee.notes,  // never changes
      notes.hasGuard(behind: frames)
    else { return true }
    let end = frames.upperBound..<frames.upperBound + 1
    if notes[end.lowerBound].isInaccessible { return backing.unguardPages?(end) ?? true }
    if hasAddressSanitizer { unpoison(end) }
    checkPoison(of: end)
    return true
  }
}
