// The control block of a pool: everything that its threads share, outside of the region and in
// memory that is recycled but never unmapped.
//
//   mark     nonzero while the pool serves this process. The block lies in memory that the kernel
//            wipes in a forked child, where zero therefore means "not this process".
//   lock     held for every change of the state
//   rounds   counts the rounds of reclaiming that have ended
//   base, …  what never changes
//   state    at byte 1024, an object of its own: buddy, reclaimers, whether the handle is gone. All
//            of it is guarded by the lock, none of what stands before it is, so that the two must
//            not be parts of one value that is accessed as a whole.
//
// This version of the pool is a lock around the buddy, which is what a sealed pool is: every
// allocation and every free takes the lock. Per-processor caches go in front of it.

internal import BuddyAllocator
internal import Synchronization

/// The shared part of a pool.
@safe
struct PoolControl: ~Copyable {
  static let byteCount = 4096
  static let stateOffset = 1024
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
    statistics = unsafe StatisticsBlock(memory.statistics, processorCount: memory.processorCount)
    unsafe base = memory.base
    pageCount = unsafe memory.pageCount
    largestOrder = unsafe memory.largestOrder
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
  /// The threads that wait for its round to end.
  var roundWaiters = 0

  /// - Precondition: `memory` is as ``PoolMemory`` says.
  @unsafe
  init(_ memory: PoolMemory) {
    let layout = unsafe SideTableLayout(
      frameCount: memory.pageCount, largestOrder: memory.largestOrder)
    // The block of side tables has the layout's size, as PoolMemory promises.
    buddy = unsafe Buddy(
      metadata: memory.sideTables + layout.buddy, frameCount: memory.pageCount,
      largestOrder: memory.largestOrder)
    contents = unsafe memory.contents
    owner = unsafe memory.owner
  }

  /// Whether all pages are back.
  var isIdle: Bool {
    buddy.freeFrameCount + buddy.withheldFrameCount == buddy.managedFrameCount
  }
}
