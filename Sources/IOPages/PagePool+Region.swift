// Where a region becomes a pool: the region gives the pages, this gives the tables beside them,
// and both are kept until the pool lets go.

public import MemoryRegions
public import PagePools

extension PagePool {
  /// Opens a pool over the committed pages of a region, and over what is committed later.
  ///
  /// The pool keeps the region alive, until its handle is gone and its last page is back. A region
  /// serves one pool at a time.
  ///
  /// - Parameters:
  ///   - region: where the pages are.
  ///   - cacheMethod: how processors' caches are to be used; what the process lacks is replaced by
  ///     the next best. See `availableCacheMethod`.
  ///   - inspection: what is to be recorded and checked of the pages. An inspected pool has no caches.
  /// - Throws: `RegionError`: the region has a pool already, belongs to another process, or the
  ///   kernel has no memory for the pool's tables.
  /// - Complexity: O(committed bytes / largest block). The pages themselves are not touched.
  public convenience init(
    region: MemoryRegion, cacheMethod: ProcessorCacheMethod = .restartableSequences,
    inspection: PoolInspection = PoolInspection()
  ) throws(RegionError) {
    try self.init(
      region: region, cacheMethod: cacheMethod, inspection: inspection, membership: nil)
  }

  /// Opens a pool over a region, as one of a set's if it is told so, and with a block table if there is
  /// one.
  convenience init(
    region: MemoryRegion, cacheMethod: ProcessorCacheMethod, inspection: PoolInspection,
    membership: PoolSetMembership?, recovery: RecoveryMemory? = nil
  ) throws(RegionError) {
    let extender = PoolExtender()
    let isKnownZero = try region.claim { extender.extend(to: $0) }
    let owner: RegionPoolOwner
    do throws(RegionError) {
      owner = try RegionPoolOwner(region, inspection, recovery)
    } catch {
      region.relinquish()
      throw error
    }
    // The owner keeps the region, the tables and the control block until the pool lets go of it;
    // the claim sees to it that no other pool has them.
    var memory = unsafe owner.memory(contents: isKnownZero ? .zero : .unknown)
    unsafe memory.cacheMethod = cacheMethod
    unsafe memory.membership = membership
    unsafe self.init(memory: memory)
    extender.connect(to: self)
    // What was committed while the pool was not known to the extender.
    extender.extend(to: region.committedByteCount / PagePool.pageSize)
  }
}
