// What a pool over a region keeps alive: the region, the tables beside its pages, and the control
// block that pages point to.

internal import MemoryRegions
internal import PagePools

/// The memory of one pool. When the pool lets go of it, the tables are unmapped, the control block
/// is recycled, and the region is free for another pool, or unmapped if nobody else has it.
@safe
final class RegionPoolOwner: @unchecked Sendable {
  // Sendable: nothing in it changes after the initialiser.
  let region: MemoryRegion
  private let sideTables: SideTableMemory
  private let statistics: SideTableMemory
  private let caches: SideTableMemory
  private let inspection: PoolInspection
  private let frameNotes: SideTableMemory?
  private let guards: RegionGuards?
  private let recovery: RecoveryMemory?
  private let control: UnsafeMutableRawPointer

  /// - Throws: `RegionError` if the kernel has no memory for tables; then nothing is left behind.
  init(
    _ region: MemoryRegion, _ inspection: PoolInspection, _ recovery: RecoveryMemory?
  ) throws(RegionError) {
    self.region = region
    // Secrets go when their owner does.
    var inspection = inspection
    if region.granted.wipesOnFree { inspection.wipesOnFree = true }
    self.inspection = inspection
    let isGuarded = inspection.guardsRuns && region.granted.guardMethod != nil
    guards = isGuarded ? RegionGuards(region) : nil
    self.recovery = recovery
    let pageCount = region.byteCount / PagePool.pageSize
    let processorCount = SystemLimits.possibleProcessorCount
    // A kernel that is made to fail fails here as well.
    let systemCalls = region.systemCalls
    sideTables = try SideTableMemory(
      byteCount: PagePool.sideTableByteCount(
        pageCount: pageCount, largestOrder: region.granted.largestOrder),
      systemCalls: systemCalls)
    statistics = try SideTableMemory(
      byteCount: PagePool.statisticsByteCount(processorCount: processorCount),
      systemCalls: systemCalls)
    caches = try SideTableMemory(
      byteCount: PagePool.cacheByteCount(processorCount: processorCount), systemCalls: systemCalls)
    frameNotes =
      inspection.needsNotes
      ? try SideTableMemory(
        byteCount: PagePool.frameNotesByteCount(pageCount: pageCount), systemCalls: systemCalls)
      : nil
    unsafe control = try ControlBlocks.take(systemCalls: systemCalls)
  }

  deinit {
    // Who opens the next pool must find no page that it cannot touch.
    if guards?.endAll() ?? true { region.relinquish() }
    // Taken in the initialiser, and the pool that used it is gone.
    unsafe ControlBlocks.recycle(control)
  }

  /// How the region's memory goes and comes back.
  private var backing: PoolBacking {
    var backing = PoolBacking()
    backing.unitOrder = region.discardOrder
    backing.isPresentAtFirst = region.granted.isPopulated
    // A memory file may have other writers, in this process or another one.
    backing.becomesZero = region.granted.storage == .anonymous
    if region.promisesMemory {
      backing.populate = { [region] pages in
        do throws(RegionError) {
          try region.populate(pages: pages)
          return true
        } catch {
          return false
        }
      }
    }
    guards?.extend(&backing)
    return backing
  }

  /// The memory as the pool wants it described.
  @unsafe
  func memory(contents: KnownContents) -> PoolMemory {
    // All of it is mapped, zeroed and nobody else's, and stays so while this object lives.
    var memory = unsafe PoolMemory(
      base: region.address, pageCount: region.byteCount / PagePool.pageSize,
      availablePageCount: region.committedByteCount / PagePool.pageSize,
      largestOrder: region.granted.largestOrder, contents: contents, control: control,
      sideTables: sideTables.baseAddress, statistics: statistics.baseAddress,
      processorCount: SystemLimits.possibleProcessorCount,
      onlineProcessorCount: SystemLimits.onlineProcessorCount, caches: caches.baseAddress,
      owner: self)
    unsafe memory.backing = backing
    unsafe memory.inspection = inspection
    unsafe memory.frameNotes = frameNotes?.baseAddress
    unsafe memory.blockTable = recovery?.table
    return unsafe memory
  }
}
