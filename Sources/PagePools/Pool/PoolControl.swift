// The control block of a pool: everything that its threads share, outside of the region and in
// memory that is recycled but never unmapped. The kernel wipes it in a forked child, where zero
// therefore means "not this process".
//
//   head     at byte 0: what the common path reads (PoolHead.swift)
//   control  at byte 128: the lock, and what never changes
//   state    at byte 1024: buddy, caches, reclaimers, whether the handle is gone. All of it is
//            guarded by the lock, none of what stands before it is, so that the three must not be
//            parts of one value that is accessed as a whole.

internal import BuddyAllocator
internal import Synchronization

/// The shared part of a pool.
@safe
struct PoolControl: ~Copyable {
  static let byteCount = 4096
  static let offset = PoolHead.byteCount
  static let stateOffset = 1024

  /// Held for every change of the state.
  let lock: PoolLock
  /// Counts the rounds of reclaiming that have ended.
  let rounds: EventCount
  /// Counts what trims put back, where it is waited for, and the trims that have ended.
  let trims: EventCount
  let mayHaveAbsentPages: Atomic<Bool>
  /// Under the address sanitizer: no page from this one on was ever handed out.
  let grantedEnd: Atomic<Int>
  let backing: PoolBacking
  let base: UnsafeMutableRawPointer
  let pageCount: Int
  let largestOrder: Int
  let dirty: FrameBitmap
  let raw: FrameBitmap
  let heads: FrameBitmap
  let absent: FrameBitmap
  let parts: PartCounts
  let statistics: StatisticsBlock
  let inspection: PoolInspection
  let isInspected: Bool
  let isRecoverable: Bool
  let notes: FrameNotes?
  /// Whether requests may have to fail on purpose.
  let hasFaults: Atomic<Bool>

  /// - Precondition: `memory` is as ``PoolMemory`` says.
  @unsafe
  init(_ memory: PoolMemory) {
    let layout = unsafe SideTableLayout(
      frameCount: memory.pageCount, largestOrder: memory.largestOrder)
    let tables = unsafe memory.sideTables
    // The block of side tables has the layout's size, as PoolMemory promises.
    unsafe layout.writeHeader(
      to: tables, frameCount: memory.pageCount, largestOrder: memory.largestOrder)
    unsafe dirty = FrameBitmap(tables + layout.dirty, frameCount: memory.pageCount)
    unsafe raw = FrameBitmap(tables + layout.raw, frameCount: memory.pageCount)
    unsafe heads = FrameBitmap(tables + layout.heads, frameCount: memory.pageCount)
    unsafe absent = FrameBitmap(tables + layout.absent, frameCount: memory.pageCount)
    unsafe parts = PartCounts(tables + layout.parts, frameCount: memory.pageCount)
    backing = unsafe memory.backing
    statistics = unsafe StatisticsBlock(memory.statistics, processorCount: memory.processorCount)
    unsafe base = memory.base
    pageCount = unsafe memory.pageCount
    largestOrder = unsafe memory.largestOrder
    lock = PoolLock()
    rounds = EventCount()
    trims = EventCount()
    mayHaveAbsentPages = Atomic(false)
    inspection = unsafe memory.inspection
    isInspected = inspection.isNeeded
    isRecoverable = unsafe memory.blockTable != nil
    notes = unsafe memory.notes
    precondition(
      notes != nil || !inspection.needsNotes, "The inspection that was chosen needs frame notes.")
    hasFaults = Atomic(false)
    grantedEnd = Atomic(0)
  }
}

/// What the lock of a pool guards.
struct PoolState: ~Copyable {
  var buddy: Buddy
  /// Between the caches and the buddy, for the orders 0, 1 and 2. Empty in a sealed pool.
  var depots: Depots
  var caches: CacheState
  /// What pages hold that have never been handed out.
  let contents: KnownContents
  /// Let go when the handle is gone and the last page is back.
  var owner: AnyObject?
  /// Whether the handle is gone.
  var isClosed = false
  var reclaimers: [Reclaimer] = []
  /// The thread that asks the reclaimers at the moment; 0 for none.
  var roundThread: UInt = 0
  /// The threads that wait for its round to end.
  var roundWaiters = 0
  var trimming = TrimState()
  /// The pages with more parts than are counted beside them, and how many these are beyond the first:
  /// more than 127 parts in one page are allowed, and rare.
  var crowdedParts: [Int: Int] = [:]
  /// The free pages that are promised to clients and that they do not have.
  var reserved = 0
  /// The NUMA node that the pages lie on; −1 where that is not known.
  let node: Int
  /// The threads that ask the reclaimers of any pool of the set; nil for a pool by itself.
  let reclaimingThreads: ReclaimingThreads?
  /// Nil for a pool that is not inspected.
  let inspection: Inspection?
  /// What callers have, for another process; nil for a pool that ends with this one.
  let blockTable: BlockTable?
  /// Which requests are to fail on purpose.
  var faults: AllocationFaults.Progress?
  /// Those who wait for pages.
  var waiting = WaitingQueue()
  /// Told of the pages that are out when the handle goes.
  var onLeak: (@Sendable (LeakReport) -> Void)?

  /// - Precondition: `memory` is as ``PoolMemory`` says.
  @unsafe
  init(_ memory: PoolMemory) {
    let layout = unsafe SideTableLayout(
      frameCount: memory.pageCount, largestOrder: memory.largestOrder)
    // The block of side tables has the layout's size, as PoolMemory promises.
    buddy = unsafe Buddy(
      metadata: memory.sideTables + layout.buddy, frameCount: memory.pageCount,
      largestOrder: memory.largestOrder)
    depots = unsafe Depots(
      memory.sideTables, layout: layout, frameCount: memory.pageCount,
      largestOrder: memory.largestOrder)
    caches = unsafe CacheState(memory)
    contents = unsafe memory.contents
    owner = unsafe memory.owner
    let membership = unsafe memory.membership
    node = membership?.node ?? -1
    reclaimingThreads = membership?.reclaimingThreads
    inspection = unsafe Inspection(memory)
    blockTable = unsafe memory.blockTable
  }

  /// Whether all pages are back in the buddy, and nobody is about to take some for a trim.
  var isIdle: Bool {
    trimming.thread == 0
      && buddy.freeFrameCount + buddy.withheldFrameCount == buddy.managedFrameCount
  }
}
