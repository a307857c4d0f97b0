// A region serves one pool at a time. The claim is what makes that true, and what tells the pool of
// pages committed later.
//
// The pool's call runs with no lock of the claim held, since it may be what ends the pool: it can
// hold the last reference, and a pool that ends relinquishes the region. The price is that a commit
// on another thread may still be inside the call when the claim has ended; claimants bear that.

import Synchronization

/// Who has the region.
struct Claim: Sendable {
  var onCommit: (@Sendable (Int) -> Void)?
  var hasBeenClaimed = false
}

extension MemoryRegion {
  /// Takes the region for one pool, until `relinquish()`.
  ///
  /// `onCommit` is called after each later commit with all pages committed then, in ascending
  /// order, on the committing thread; it must not commit, register or discard, and may relinquish.
  /// A commit that ends while the claimant sets itself up may be seen both by the call and in
  /// `committedByteCount`.
  /// - Returns: `isKnownZero`: whether every committed page, now or later, reads as zero until the
  ///   claimant writes to it. True for the first claimant of memory that no other process can
  ///   write, if nobody was given its address before.
  /// - Throws: `.alreadyClaimed`, `.notOwner`.
  package func claim(
    onCommit: @escaping @Sendable (_ committedPages: Int) -> Void
  ) throws(RegionError) -> Bool {
    try checkOwner()
    return try claim.withVisibleLock { claim throws(RegionError) in
      guard claim.onCommit == nil else { throw RegionError(.alreadyClaimed) }
      let isKnownZero =
        !claim.hasBeenClaimed && !granted.storage.isShared
        && !hasGivenAddress.load(ordering: .relaxed)
      claim.onCommit = onCommit
      claim.hasBeenClaimed = true
      return isKnownZero
    }
  }

  /// Ends a claim. No call of `onCommit` begins after the return, but for one by a commit that ends
  /// on another thread right now: it may be about to begin, or still run. Never waits for a commit.
  /// Does nothing in a forked child.
  package func relinquish() {
    guard isOwnedByThisProcess else { return }
    // The closure, and what it alone refers to, goes after the lock is released.
    _ = claim.withVisibleLock { claim in
      let ended = claim.onCommit
      claim.onCommit = nil
      return ended
    }
  }
}
