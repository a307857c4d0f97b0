// Growing: the next reserved bytes become memory.

import Synchronization

extension MemoryRegion {
  /// Bytes committed, from the region's start. One atomic load.
  public var committedByteCount: Int { committed.load(ordering: .acquiring) }

  /// Commits the next `pages` pages as the region was granted: same backing, placement, population
  /// and locking. Other threads may use the region meanwhile; a second commit waits.
  ///
  /// - Throws: `RegionError`, and then the region is as it was: `.invalidCommitSize` for a negative
  ///   count or more than is reserved, `.notWholeHugePages`, or what `init` throws for the lack of
  ///   memory, huge pages or room on the nodes.
  /// - Complexity: O(`pages`): the memory is cleared if the region is populated.
  public func commit(pages: Int) throws(RegionError) {
    try checkOwner()
    try changes.withVisibleLock { _ throws(RegionError) in
      let start = committedByteCount
      guard pages >= 0, pages <= (byteCount - start) / pageByteCount else {
        throw RegionError(
          .invalidCommitSize,
          detail: "\(pages) pages more, \(start) of \(byteCount) bytes committed")
      }
      guard pages > 0 else { return }
      let end = start + pages * pageByteCount
      if let hugePage = granted.backing.poolPageByteCount, end % hugePage != 0 {
        throw RegionError(
          .notWholeHugePages, detail: "\(end - start) bytes in huge pages of \(hugePage)")
      }
      _ = try mapping.commit(start..<end)
      committed.store(end, ordering: .releasing)
      // Called without the claim's lock: the call may end the pool, which relinquishes. `changes`
      // is still held, so that calls come one at a time and in order.
      let onCommit = claim.withVisibleLock { $0.onCommit }
      onCommit?(end / pageByteCount)
    }
  }
}
