// The unsafe door: pages that leave as a plain address and come back as one. Two bits for each
// frame keep the record: `raw` says that the frame is owned through an address, `heads` where each
// block begins. They are touched here only; pages with a proper owner never pay for them.

extension PoolReference {
  /// Records that a block is owned through its address from now on.
  package func releaseToRaw(_ frames: Range<Int>) {
    guard isOwnedByThisProcess, !frames.isEmpty else { return }
    heads.insert(frames.lowerBound..<frames.lowerBound + 1)
    raw.insert(frames)
  }

  /// Ends the ownership through the address for any part of such blocks.
  ///
  /// What is left behind the part becomes a block of its own.
  ///
  /// - Returns: whether every frame was owned that way; if not, nothing has changed. Of two
  ///   threads that claim the same frame, at most one succeeds.
  package func claimRaw(_ frames: Range<Int>) -> Bool {
    guard isOwnedByThisProcess, frames.lowerBound >= 0, frames.upperBound <= pageCount,
      raw.removeAll(frames)
    else { return false }
    let end = frames.upperBound
    if end < pageCount, raw.contains(end) { heads.insert(end..<end + 1) }
    heads.remove(frames)
    return true
  }

  /// Whether the range is exactly one block that is owned through its address.
  package func isRawBlock(_ frames: Range<Int>) -> Bool {
    guard !frames.isEmpty, frames.lowerBound >= 0, frames.upperBound <= pageCount,
      heads.contains(frames.lowerBound),
      heads.first(in: frames.lowerBound + 1..<frames.upperBound, where: true)
        == frames.upperBound
    else { return false }
    let end = frames.upperBound
    return end == pageCount || heads.contains(end) || !raw.contains(end)
  }

  /// The frames of a range of addresses; nil if they are not whole pages of this pool.
  @unsafe
  package func frames(at start: UnsafeRawPointer, pageCount count: Int) -> Range<Int>? {
    let offset = unsafe UInt(bitPattern: start) &- UInt(bitPattern: base)
    let first = offset >> 12
    guard offset & 4095 == 0, first <= UInt(pageCount), count <= pageCount - Int(first)
    else { return nil }
    return Int(first)..<Int(first) + count
  }
}
