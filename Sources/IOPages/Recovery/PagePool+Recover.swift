// Going on where another process was when it ended: become the owner, open a pool over the pages, check
// what the file says, settle the operation that was under way, and build the pool's books anew. What
// can be refused comes before the first store to the file.

public import MemoryRegions
public import PagePools
public import SystemPackage

extension PagePool {
  /// Opens the pool of a process that is gone, from the memory file that was its region's.
  ///
  /// What callers had is still out: see ``RecoveredPool/take(_:)``. Nothing is known of what free pages
  /// hold, so they are cleared where zeroes are asked for. An allocation that was under way was never
  /// made; a free that was under way has been made. If this process ends on the way, another one can
  /// try again.
  ///
  /// - Parameters:
  ///   - file: a descriptor of the memory file, which stays the caller's and need not stay open.
  ///   - inspection: what is to be recorded and checked of the pages.
  ///   - configure: may change how the region is mapped: the backing, placement, population and so on.
  ///     The sizes and the storage are the file's.
  /// - Throws: ``RecoveryError``. The file holds then what it held.
  /// - Complexity: O(pages / 64 + blocks), and as opening a region: pages that are in memory stay.
  public static func recover(
    from file: FileDescriptor, inspection: PoolInspection = PoolInspection(),
    configuring configure: (inout RegionOptions) -> Void = { _ in }
  ) throws(RecoveryError) -> RecoveredPool {
    try recover(from: file, inspection: inspection, afterStore: nil, configuring: configure)
  }

  /// The same, with a closure that is called after each store to the block table, and a system-call
  /// table of the caller's.
  package static func recover(
    from file: FileDescriptor, inspection: PoolInspection = PoolInspection(),
    afterStore: (@Sendable () -> Void)?, systemCalls: SystemCalls = .linux,
    configuring configure: (inout RegionOptions) -> Void = { _ in }
  ) throws(RecoveryError) -> RecoveredPool {
    let (region, recovery) = try openRegion(file, afterStore, systemCalls, configure)
    let pool: PagePool
    do throws(RegionError) {
      pool = try PagePool(
        region: region, cacheMethod: .none, inspection: inspection, membership: nil,
        recovery: recovery)
    } catch {
      throw RecoveryError(error)
    }
    let contents: BlockTable.Contents
    do throws(BlockTableError) {
      contents = try recovery.table.recover()
    } catch {
      throw .table(error)
    }
    pool.restore(contents.blocks)
    return RecoveredPool(pool, contents, generation: recovery.table.generation)
  }

  private static func openRegion(
    _ file: FileDescriptor, _ afterStore: (@Sendable () -> Void)?,
    _ systemCalls: SystemCalls, _ configure: (inout RegionOptions) -> Void
  ) throws(RecoveryError) -> (MemoryRegion, RecoveryMemory) {
    do {
      let byteCount = try MemoryRegion.byteCount(ofMemoryFile: file, systemCalls: systemCalls)
      // Before anything is read: the owner may be writing.
      let ownership = try MemoryFileOwnership(of: file, systemCalls: systemCalls)
      let layout = try readLayout(file, byteCount, systemCalls)
      var options = RegionOptions(byteCount: layout.pageCount << PagePool.pageShift)
      configure(&options)
      options.byteCount = layout.pageCount << PagePool.pageShift
      options.initiallyCommitted = nil
      options.largestOrder = layout.largestOrder
      // The name is the file's, whatever is said here.
      options.storage = .memfd(name: "recoverable-pool")
      try options.checkRecoverable()
      let region = try MemoryRegion(options, existingFile: file, systemCalls: systemCalls)
      let recovery = try RecoveryMemory(
        ownership, layout, of: file, isPopulated: region.granted.isPopulated,
        afterStore: afterStore, systemCalls: systemCalls)
      return (region, recovery)
    } catch let error as RegionError {
      throw RecoveryError(error)
    } catch let error as BlockTableError {
      throw .table(error)
    } catch {
      fatalError("Nothing else is thrown: \(error)")
    }
  }

  /// What the last page of the file says of the rest.
  private static func readLayout(
    _ file: FileDescriptor, _ byteCount: Int, _ systemCalls: SystemCalls
  ) throws -> BlockTableLayout {
    let headerByteCount = BlockTableLayout.headerByteCount
    guard byteCount > headerByteCount, byteCount % headerByteCount == 0
    else { throw BlockTableError.notABlockTable }
    let header = try MemoryFileWindow(
      of: file, offset: byteCount - headerByteCount, byteCount: headerByteCount,
      isPopulated: false, systemCalls: systemCalls)
    // The window has a header's bytes.
    return try withExtendedLifetime(header) {
      try unsafe BlockTableLayout(header: header.baseAddress, memoryByteCount: byteCount)
    }
  }
}
