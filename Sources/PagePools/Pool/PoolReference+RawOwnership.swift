// The unsafe door: pages that leave as a plain address and come back as one. Two bits for each
// frame keep the record: `raw` says that the frame is owned through an address, `heads` where each
// block begins. Neighbours may come and go on other threads, and a block's end is told by its
// neighbour's bits, so all of this happens under the pool's lock. Pages with a proper owner never
// pay for it.

extension PoolReference {
  /// Records that a block is owned through its address from now on.
  package func releaseToRaw(_ frames: Range<Int>) {
    guard isOwnedByThisProcess, !frames.isEmpty else { return }
    guard let client else { return recordRaw(frames) }
    serving.recordRaw(frames)
    if serving.withLock({ $0.disown(frames.count, of: client) }) { client.deallocate() }
  }

  private func recordRaw(_ frames: Range<Int>) {
    withLock { _ in
      heads.remove(frames)
      heads.insert(frames.lowerBound..<frames.lowerBound + 1)
      raw.insert(frames)
    }
  }

  /// Ends the ownership through the address for any part of such blocks.
  ///
  /// What is left behind the part becomes a block of its own.
  ///
  /// - Returns: whether every frame was owned that way; if not, nothing has changed.
  package func claimRaw(_ frames: Range<Int>) -> Bool {
    guard isOwnedByThisProcess, isWithinPool(frames) else { return false }
    return withLock { _ in
      guard raw.first(in: frames, where: false) == frames.upperBound else { return false }
      takeFromRaw(frames)
      return true
    }
  }

  /// Ends the ownership through the address for exactly one block.
  ///
  /// - Returns: whether the range was one; if not, nothing has changed.
  package func claimRawBlock(_ frames: Range<Int>) -> Bool {
    guard isOwnedByThisProcess, isWithinPool(frames), !frames.isEmpty else { return false }
    return withLock { _ in
      let end = frames.upperBound
      let isBlock =
        raw.first(in: frames, where: false) == end
        && heads.contains(frames.lowerBound)
        && heads.first(in: frames.lowerBound + 1..<end, where: true) == end
        && (end == pageCount || heads.contains(end) || !raw.contains(end))
      if isBlock { takeFromRaw(frames) }
      return isBlock
    }
  }

  /// How far pages are owned through addresses.
  package enum RawOwnership: Equatable {
    /// None of them is; they are all free, or somebody else's.
    case none(areFree: Bool)
    /// Some are.
    case some
    /// All are: parts of runs that reach from the first page of the first to the last of the last.
    case all(runs: Range<Int>)
  }

  /// How far pages are owned through addresses: for a message, since it may change at once.
  package func rawOwnership(of frames: Range<Int>) -> RawOwnership {
    withLock { state in
      let end = frames.upperBound
      if raw.first(in: frames, where: true) == end {
        collect(&state)
        let areFree = frames.allSatisfy { state.buddy.freeBlock(containing: $0) != nil }
        unsealIfPlenty(&state)
        return .none(areFree: areFree)
      }
      guard raw.first(in: frames, where: false) == end else { return .some }
      var first = frames.lowerBound
      while first > 0, !heads.contains(first) { first -= 1 }
      var last = end
      while last < pageCount, raw.contains(last), !heads.contains(last) { last += 1 }
      return .all(runs: first..<last)
    }
  }

  private func takeFromRaw(_ frames: Range<Int>) {
    raw.remove(frames)
    heads.remove(frames)
    let end = frames.upperBound
    if end < pageCount, raw.contains(end) { heads.insert(end..<end + 1) }
  }

  private func isWithinPool(_ frames: Range<Int>) -> Bool {
    frames.lowerBound >= 0 && frames.upperBound <= pageCount
  }

  /// The frames of a range of addresses; nil if they are not whole pages of this pool.
  @unsafe
  package func frames(at start: UnsafeRawPointer, pageCount count: Int) -> Range<Int>? {
    let offset = unsafe UInt(bitPattern: start) &- UInt(bitPattern: base)
    let first = offset >> UInt(PagePool.pageShift)
    guard offset & UInt(PagePool.pageSize - 1) == 0, first <= UInt(pageCount),
      count <= pageCount - Int(first)
    else { return nil }
    return Int(first)..<Int(first) + count
  }
}
