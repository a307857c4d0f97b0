// Giving memory back to the kernel while the pool keeps its place: where the region and the pool's
// free blocks meet.

public import MemoryRegions
public import PagePools

extension PagePool {
  /// Gives the memory behind free pages back to the kernel, but for `keeping` pages at least.
  ///
  /// The pages stay free and can be handed out as before. Those of a populated, bound or huge-page
  /// region are brought into memory again before they are; if the kernel has none then, and no other
  /// page will do, the request fails with ``OutOfMemory/Reason/notBacked``. Elsewhere memory comes
  /// with the first touch. What was given back reads as zero, and is not cleared again, except in a
  /// memory file, which others may write to.
  ///
  /// Huge pages go whole: free blocks smaller than one are passed over. The lowest pages are kept,
  /// which the pool hands out first. All processors' caches are emptied first. Other threads may use
  /// the pool meanwhile; a request that needs what is being given back waits for it, and ends the
  /// trim early. A second trim waits for the first one.
  ///
  /// - Parameter keeping: the number of 4 KiB pages, free and with memory behind them, that stay as
  ///   they are.
  /// - Returns: the number of 4 KiB pages whose memory was given back. It is added to
  ///   ``PoolStatistics/trimmedPages``. A pool that was not made of a region gives nothing back.
  /// - Throws: `RegionError`: `.registered` while a device has the region, `.notOwner` in a forked
  ///   child, `.discardRefused`; what was given back before the error stays so.
  /// - Precondition: `keeping` is not negative.
  /// - Complexity: O(pages / 64), and the kernel's time for the pages. Any thread, reclaimers
  ///   included.
  @discardableResult
  public func trim(keeping: Int = 0) throws(RegionError) -> Int {
    precondition(keeping >= 0, "A number of pages to keep must not be negative.")
    guard reference.isOwnedByThisProcess else { throw RegionError(.notOwner) }
    guard let owner = reference.owner as? RegionPoolOwner else { return 0 }
    let region = owner.region
    try region.checkCanDiscard()
    return try reference.trim(keeping: keeping) { (pages) throws(RegionError) in
      try region.discardContents(pages: pages)
    }
  }
}
