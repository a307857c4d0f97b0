// Pools whose callers' pages outlive the process. The pages and a table of who has them are in one
// memory file; another process that has a descriptor of it goes on where this one was when it ended,
// however it ended (docs/Recovery.md).

public import MemoryRegions
public import PagePools
public import SystemPackage

extension PagePool {
  /// Opens a pool over a new memory file, from which another process can recover what callers have
  /// when this process is gone: see ``recover(from:inspection:configuring:)``.
  ///
  /// Each allocation and each free is recorded under the pool's lock, so the pool has no processors'
  /// caches. The record takes 8.4 bytes for each page, behind the pages in the file. Give tags to
  /// requests, to know the blocks again.
  ///
  /// The pool owns the file until its memory is let go of: nobody can recover from it meanwhile. A
  /// forked child is not the owner, and does not keep the file owned.
  ///
  /// - Parameters:
  ///   - options: the region's. It is committed as a whole, in base pages or transparent huge pages; the
  ///     storage, if it is not a memory file, becomes one.
  ///   - inspection: what is to be recorded and checked of the pages.
  /// - Throws: `RegionError`: what the opening of a region throws, `.recoveryUnsupported`,
  ///   `.ownershipRefused`.
  /// - Complexity: as opening a region and a pool.
  public convenience init(
    recoverable options: RegionOptions, inspection: PoolInspection = PoolInspection()
  ) throws(RegionError) {
    try self.init(recoverable: options, inspection: inspection, afterStore: nil)
  }

  /// The same, with a closure that is called after each store to the block table.
  package convenience init(
    recoverable options: RegionOptions, inspection: PoolInspection = PoolInspection(),
    afterStore: (@Sendable () -> Void)?
  ) throws(RegionError) {
    try options.checkRecoverable()
    var options = options
    if options.storage == .anonymous { options.storage = .memfd(name: "recoverable-pool") }
    let sizes = try RegionLayout(options)
    let layout = BlockTableLayout(
      pageCount: sizes.byteCount >> PagePool.pageShift, largestOrder: sizes.largestOrder)
    let region = try MemoryRegion(options, trailingByteCount: layout.byteCount)
    guard let file = region.fileDescriptor else { fatalError("A memory file has a descriptor.") }
    let recovery = try RecoveryMemory(
      MemoryFileOwnership(of: file), layout, of: file, isPopulated: region.granted.isPopulated,
      afterStore: afterStore)
    recovery.table.format()
    try self.init(
      region: region, cacheMethod: .none, inspection: inspection, membership: nil,
      recovery: recovery)
  }

  /// The memory file of the pool's region; nil if there is none, and in a forked child. Hand it to the
  /// process that is to recover the pool: over a socket, by inheritance, or as /proc/PID/fd. It
  /// belongs to the region: duplicate it to keep it.
  ///
  /// - Complexity: O(1), with the pool's lock held. Any thread.
  public var fileDescriptor: FileDescriptor? {
    guard reference.isOwnedByThisProcess else { return nil }
    return (reference.owner as? RegionPoolOwner)?.region.fileDescriptor
  }
}
