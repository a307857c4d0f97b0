// The control block of a pool: everything that its threads share, outside of the region and in
// memory that is recycled but never unmapped.
//
//   mark     nonzero while the pool serves this process. The block lies in memory that the kernel
//            wipes in a forked child, where zero therefore means "not this process".
//   lock     held for every change of the state
//   base, …  what never changes
//   rounds   counts the rounds of reclaiming that have ended
//   state    guarded by the lock: buddy, reclaimers, whether the handle is gone
//
// This version of the pool is a lock around the buddy, which is what a sealed pool is: every
// allocation and every free takes the lock. Per-processor caches go in front of it.

internal import BuddyAllocator
internal import Synchronization

/// The shared part of a pool.
@safe
struct PoolControl: ~Copyable {
  static let byteCount = 4096
  static let aliveMark: UInt64 = 0x4c4f_4f50  // "POOL"

  let mark: Atomic<UInt64>
  let lock: PoolLock
  let rounds: EventCount
  let base: UnsafeMutableRawPointer
  let pageCount: Int
  let largestOrder: Int
  let dirty: FrameBitmap
  let raw: FrameBitmap
  let heads: FrameBitmap
  let statistics: StatisticsBlock
  var state: PoolState

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
    let buddy = unsafe Buddy(
      metadata: tables + layout.buddy, frameCount: memory.pageCount,
      largestOrder: memory.largestOrder)
    statistics = unsafe StatisticsBlock(memory.statistics, processorCount: memory.processorCount)
    unsafe base = memory.base
    pageCount = unsafe memory.pageCount
    largestOrder = unsafe memory.largestOrder
    state = unsafe PoolState(buddy: buddy, contents: memory.contents, owner: memory.owner)
    lock = PoolLock()
    rounds = EventCount()
    mark = Atomic(PoolControl.aliveMark)
  }
}

/// What the lock of a pool guards.
struct PoolState: ~Copyable {
  var buddy: Buddy
  /// What pages hold that have never been handed out.
  let contents: KnownContents
  /// Let go when the handle is gone and the last page is back.
  var owner: AnyObject?
  /// Whether the handle is gone.
  var isClosed = false
  var reclaimers: [Reclaimer] = []
  /// The thread that asks the reclaimers at the moment; 0 for none.
  var roundThread: UInt = 0

  init(buddy: consuming Buddy, contents: KnownContents, owner: AnyObject) {
    self.buddy = buddy
    self.contents = contents
    self.owner = owner
  }

  /// Whether all pages are back.
  var isIdle: Bool {
    buddy.freeFrameCount + buddy.withheldFrameCount == buddy.managedFrameCount
  }
}
