// Pages of which several buffers have a part. A buffer owns those pages in which it has bytes; the
// pages between its first and its last are its alone, and so are these if it begins and ends with a
// page. Only a page that was split inside has parts to count (PartCounts.swift): one atomic for the
// split, one for each part that goes.

extension PoolReference {
  /// Records that one part of a page has become two.
  ///
  /// - Precondition: the page at `address` is the pool's, and the caller has the part.
  /// - Complexity: O(1); above 127 parts in one page under the pool's lock.
  @unsafe
  @usableFromInline
  @inline(never)
  package func addPart(at address: UnsafeMutableRawPointer) {
    // In a forked child nothing is counted, as nothing is given back.
    guard isOwnedByThisProcess else { return }
    let pool = serving
    let frame = unsafe pool.frame(at: address)
    if pool.parts.add(to: frame) == .isCrowded {
      pool.withLock { state in pool.addCrowdedPart(frame, &state) }
    }
  }

  private func addCrowdedPart(_ frame: Int, _ state: inout PoolState) {
    // Other parts may go meanwhile, so that seven bits can count them again.
    while true {
      if parts[frame] == PartCounts.crowded {
        state.crowdedParts[frame, default: 0] += 1
        return
      }
      if parts.markCrowded(frame) {
        state.crowdedParts[frame] = PartCounts.crowded
        return
      }
      if parts.add(to: frame) == .done { return }
    }
  }

  /// Records that a part of a page is gone.
  ///
  /// - Returns: whether it was the last one: the page is the caller's then.
  /// - Precondition: the page at `address` is the pool's, and the caller has the part.
  /// - Complexity: as ``addPart(at:)``.
  @unsafe
  @usableFromInline
  package func removePart(at address: UnsafeMutableRawPointer) -> Bool {
    guard isOwnedByThisProcess else { return false }
    let pool = serving
    let frame = unsafe pool.frame(at: address)
    while true {
      switch pool.parts.remove(from: frame) {
      case .done: return false
      case .wasLast: return true
      case .isCrowded:
        if pool.withLock({ state in pool.removeCrowdedPart(frame, &state) }) { return false }
      }
    }
  }

  /// - Returns: whether the page was crowded; if not, nothing has changed.
  private func removeCrowdedPart(_ frame: Int, _ state: inout PoolState) -> Bool {
    guard parts[frame] == PartCounts.crowded else { return false }
    let count = state.crowdedParts[frame, default: 0] - 1
    state.crowdedParts[frame] = count < PartCounts.crowded ? nil : count
    if count < PartCounts.crowded { parts.unmarkCrowded(frame) }
    return true
  }

  /// Gives back whole pages of which the first and the last may have other parts; those that have
  /// lose one and stay out.
  ///
  /// - Parameters:
  ///   - pages: the first byte of the first page.
  ///   - pageCount: how many there are; none is allowed.
  ///   - firstIsShared: whether the caller has only a part of the first page.
  ///   - lastIsShared: whether the caller has only a part of the last page.
  /// - Precondition: the pages are the pool's, out, and the caller's or parts of them are.
  /// - Complexity: as a free of the pages.
  @unsafe
  @usableFromInline
  @inline(never)
  package func free(
    _ pages: UnsafeMutableRawPointer, pageCount: Int, firstIsShared: Bool, lastIsShared: Bool
  ) {
    guard pageCount > 0 else { return }
    var first = unsafe pages
    var count = pageCount
    if firstIsShared || (pageCount == 1 && lastIsShared) {
      // The first of these pages, as the caller has promised.
      if unsafe !removePart(at: first) {
        unsafe first += PagePool.pageSize
        count -= 1
      }
    }
    if lastIsShared && pageCount > 1 {
      // The last of these pages.
      if unsafe !removePart(at: first + (count - 1) << PagePool.pageShift) { count -= 1 }
    }
    // What is left is the caller's alone.
    if count > 0 { unsafe free(first, pageCount: count) }
  }

  /// The frame of a page; for a pool, not for a client's account.
  @unsafe
  private func frame(at address: UnsafeMutableRawPointer) -> Int {
    // Both are addresses in one region, the page's not below the region's.
    unsafe (address - base) >> PagePool.pageShift
  }
}

extension PoolReference {
  /// What a value refers to that has no pages: it is never looked at.
  @inlinable
  package static var none: PoolReference {
    // Not the address of anything.
    unsafe PoolReference(UnsafeMutableRawPointer(bitPattern: PagePool.pageSize)!)
  }
}

extension PoolReference {
  /// Checks that no free page has parts, and that crowded pages are counted where they should be.
  ///
  /// - Complexity: O(pages), with the lock held, and nothing cached.
  func checkParts(_ state: borrowing PoolState) throws(PoolInvariantViolation) {
    var crowdedPageCount = 0
    for frame in 0..<state.buddy.managedFrameCount where parts[frame] != 0 {
      guard state.buddy.freeBlock(containing: frame) == nil
      else { throw .freePageHasParts(frame: frame) }
      guard parts[frame] == PartCounts.crowded else { continue }
      crowdedPageCount += 1
      guard state.crowdedParts[frame, default: 0] >= PartCounts.crowded
      else { throw .wrongPartCount(frame: frame) }
    }
    guard crowdedPageCount == state.crowdedParts.count else { throw .wrongCrowdedPages }
  }
}
