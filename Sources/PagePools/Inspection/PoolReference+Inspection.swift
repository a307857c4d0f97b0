// Pages of an inspected pool on their way out and back. What takes long, looking at bytes and writing
// them, is done by the pages' owner without the lock; what is recorded, under it.

internal import BuddyAllocator
internal import CPageMemory

extension PoolReference {
  /// What the pool looks after. Never changes.
  var inspection: PoolInspection { unsafe control.pointee.inspection }  // never changes

  /// Whether there is anything that it looks after.
  @inline(__always)
  var isInspected: Bool { unsafe control.pointee.isInspected }  // never changes

  private var notes: FrameNotes? { unsafe control.pointee.notes }  // never changes

  /// Pages that were just taken, hold what was asked for, and are about to go to a client.
  func inspectTaken(_ frames: Range<Int>, tag: AllocationTag) {
    let isGuarded = guardEnd(of: frames)
    withLock { state in
      guard let inspection = state.inspection else { return }
      inspection.take(frames, tag)
      inspection.settleGuard(behind: frames, isInaccessible: isGuarded)
    }
  }

  /// Ends the process if somebody has written to pages while they were free.
  func checkPoison(of frames: Range<Int>) {
    guard let notes else { return }
    for frame in frames where notes[frame].isPoisoned {
      if let change = poisonChange(in: frame) { refuseChange(change, in: frame, notes) }
    }
  }

  /// Where a page that should hold the pattern does not; nil if it does.
  func poisonChange(in frame: Int) -> Int? {
    // A page of the pool, which nobody has.
    let offset = unsafe page_memory_find_change(
      base + frame << PagePool.pageShift, Poison.pattern, PagePool.pageSize)
    return offset < PagePool.pageSize ? offset : nil
  }

  private func refuseChange(_ offset: Int, in frame: Int, _ notes: FrameNotes) -> Never {
    // In bounds: a byte of a page of the pool.
    let byte = unsafe (base + frame << PagePool.pageShift).load(
      fromByteOffset: offset, as: UInt8.self)
    let site = notes[frame].site
    let owner = withLock { state in state.inspection?.sites[site] } ?? .none
    let last = notes[frame].isGuard ? "" : " Its last owner was \(owner)."
    let cause =
      notes[frame].isGuard ? "by who ran over the end of the run before it" : "while it was free"
    fatalError(
      "Page \(frame) of the pool was written to \(cause): byte \(offset) holds \(byte).\(last)")
  }

  /// Pages that a client has let go of and that are still this thread's.
  ///
  /// - Returns: whether the page behind them, if it was their guard, is there again.
  func inspectReturning(_ frames: Range<Int>) -> Bool {
    let isThere = unguardEnd(of: frames)
    if inspection.poisonsFreePages {
      fillWithPoison(frames)
    } else if inspection.wipesOnFree {
      // The pages are this thread's.
      unsafe page_memory_wipe(
        base + frames.lowerBound << PagePool.pageShift, frames.count << PagePool.pageShift)
      if backing.becomesZero { dirty.remove(frames) }
    }
    return isThere
  }

  func fillWithPoison(_ frames: Range<Int>) {
    // The pages are this thread's.
    unsafe page_memory_fill_words(
      base + frames.lowerBound << PagePool.pageShift, Poison.pattern,
      frames.count << PagePool.pageShift)
  }

  /// Takes pages of a client back into the pool, inspected or not.
  func takeBack(_ frames: Range<Int>, hasGuardBack: Bool, _ state: inout PoolState) {
    guard let inspection = state.inspection else {
      // First the buddy, which finds out if the pages are not out, and ends the process.
      state.giveBack(frames)
      return state.recordReturn(of: frames)
    }
    guard inspection.giveBack(frames) else { PoolReference.refuse() }
    state.recordReturn(of: frames)
    if let end = inspection.removeGuard(behind: frames) {
      if !hasGuardBack {
        _ = markAbsent(end, &state)
        // Who populates around it at this moment must not take it for present.
        state.trimming.changes &+= 1
      }
      state.giveBack(end)
    }
    guard inspection.options.quarantinedPages > 0, !state.isClosed else {
      return state.giveBack(frames)
    }
    inspection.quarantine.append(frames)
    while inspection.quarantine.pageCount > inspection.options.quarantinedPages,
      let oldest = inspection.quarantine.removeFirst()
    {
      state.giveBack(oldest)
    }
  }

  /// Checks that no page was written to while it was free, in the quarantine or in the buddy.
  ///
  /// - Complexity: O(bytes of the pool), with the lock held.
  func checkPoison(_ state: borrowing PoolState) throws(PoolInvariantViolation) {
    // The sanitizer's poison is better: it is found by the write itself.
    guard let notes, let inspection = state.inspection, !hasAddressSanitizer else { return }
    // Pages on their way out, and in a trim, are cleared without the lock: they are in none of these.
    for frame in 0..<state.buddy.managedFrameCount
    where notes[frame].isGuard || state.buddy.freeBlock(containing: frame) != nil {
      try checkPoison(inFreePage: frame, notes)
    }
    for frames in inspection.quarantine.members {
      for frame in frames { try checkPoison(inFreePage: frame, notes) }
    }
  }

  private func checkPoison(
    inFreePage frame: Int, _ notes: FrameNotes
  ) throws(PoolInvariantViolation) {
    guard notes[frame].isPoisoned, !absent.contains(frame), poisonChange(in: frame) != nil
    else { return }
    throw .freePageWasWritten(frame: frame)
  }
}

extension PoolState {
  /// The pages that came back and are kept from being handed out.
  var quarantinedPages: Int { inspection?.quarantine.pageCount ?? 0 }

  /// Gives all of them to the buddy.
  mutating func emptyQuarantine() {
    guard let inspection else { return }
    while let frames = inspection.quarantine.removeFirst() { giveBack(frames) }
  }
}

/// The pattern of free pages.
enum Poison {
  /// Not the address of anything, not zero, not all ones, and not the number of anything small.
  static let pattern: UInt64 = 0xdbdb_dbdb_dbdb_dbdb
}
