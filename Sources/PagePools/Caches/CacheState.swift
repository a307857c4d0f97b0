// What the pool's lock guards of the caches: who uses one, how much each may hold, and what the slow
// path moved, from which the number of blocks that clients took and gave back follows.

/// The state of a pool's caches.
struct CacheState: ~Copyable {
  let method: ProcessorCacheMethod
  /// The number of processors that there is memory for; 0 if there are no caches.
  let processorCount: Int
  private let onlineProcessorCount: Int
  /// The processors whose caches may be used; nil: all of them.
  private let admittedProcessors: ProcessorSet?
  private let byteLimit: Int?

  /// Whether every request goes to the buddy under the lock. A pool begins like this.
  var isSealed = true
  /// How many have reason to keep the pool sealed: requests that are to fail, requests that wait.
  var sealHolders = 0
  /// How many blocks of each order a processor may keep.
  private(set) var rooms = InlineArray<10, UInt8>(repeating: 0)
  /// The free pages from which on a sealed pool is unsealed.
  private(set) var plentyMark = Int.max

  /// The processors whose caches are in use.
  var active = ProcessorSet()
  /// The blocks of each order that the slow path put into caches, less those that were drained.
  var supplied = InlineArray<10, Int>(repeating: 0)
  /// The blocks of each order that the slow path took out of caches as a client takes them.
  var flushed = InlineArray<10, Int>(repeating: 0)

  /// - Precondition: `memory` is as ``PoolMemory`` says.
  @unsafe
  init(_ memory: PoolMemory) {
    let available = Platform.cacheMethod
    // Each page of an inspected or recoverable pool goes through its books, which the lock guards.
    let hasBooks = unsafe memory.inspection.isNeeded || memory.blockTable != nil
    let wanted = unsafe memory.caches == nil || hasBooks ? .none : memory.cacheMethod
    switch (wanted, available) {
    case (.none, _), (_, .none): method = .none
    case (.exchange, _), (_, .exchange): method = .exchange
    default: method = .restartableSequences
    }
    processorCount =
      unsafe method == .none ? 0 : min(memory.processorCount, ProcessorSet.limit)
    let membership = unsafe memory.membership
    admittedProcessors = membership?.cachingProcessors
    // A set may name every processor that the machine could have, of which few are there.
    let sharing = unsafe min(
      membership?.cachingProcessors.count ?? .max, memory.onlineProcessorCount)
    onlineProcessorCount = max(sharing, 1)
    byteLimit = unsafe memory.cacheByteLimit
  }

  /// From this order on, blocks are taken in batches of several 2 MiB: blocks of one order lie
  /// together then, so that freeing them frees whole 2 MiB blocks (docs/Placement.md).
  private static var firstGroupedOrder: Int { 7 }
  /// The share of a pool's pages that all caches together may hold: one in so many.
  private static var shareDivisor: Int { 16 }
  /// What a processor keeps of an order at most, halved for the lower orders and doubled for the
  /// higher ones.
  private static var largestByteLimit: Int { 2 << 20 }

  /// Decides how much the caches may hold in a pool of so many pages. The pool is sealed.
  mutating func resize(pageCount: Int) {
    assert(isSealed)
    guard method != .none else { return }
    let share =
      (pageCount << PagePool.pageShift)
      / (CacheState.shareDivisor * ProcessorCache.orderCount * onlineProcessorCount)
    // A stack of the highest order is full with far less than 1 TiB.
    let limit = min(max(byteLimit ?? min(share, CacheState.largestByteLimit), 0), 1 << 40)
    for order in 0..<ProcessorCache.orderCount {
      let bytes = order < CacheState.firstGroupedOrder ? limit / 2 : limit * 2
      rooms[order] = UInt8(min(bytes >> (PagePool.pageShift + order), ProcessorCache.stackCapacity))
    }
    plentyMark = rooms[0] == 0 ? .max : max(pageCount / CacheState.shareDivisor, 1)
  }

  /// Whether a processor may have a cache.
  func admits(_ processor: Int) -> Bool {
    processor < processorCount && admittedProcessors?.contains(processor) ?? true
  }

  /// How many blocks the slow path takes off a stack that is full: three quarters, so that a burst
  /// of blocks that come back is followed by few of these, but what is taken next is there.
  func excess(order: Int) -> Int { (Int(rooms[order]) * 3 + 3) / 4 }

  /// How many blocks the slow path takes from the buddy at once: 64 pages of the lower orders, a
  /// whole stack of the higher ones; one block at least, which is the client's.
  func batch(order: Int) -> Int {
    let room = Int(rooms[order])
    let batch = order < CacheState.firstGroupedOrder ? min(64 >> order, (room + 1) / 2) : room
    return max(1, batch)
  }
}
