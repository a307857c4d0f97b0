// What a pool is made of. This layer takes memory and does not ask where it comes from: a mapping
// of a process, the memory map of a bare machine, a buffer of a test.

/// What is known of the contents of pages that a pool has never handed out.
public enum KnownContents: Equatable, Sendable {
  /// All bytes are zero.
  case zero
  /// They may hold anything.
  case unknown
}

/// The memory that a pool serves, and the memory that it needs for itself.
@unsafe
public struct PoolMemory {
  /// The first byte of the pages, aligned to the largest block.
  public var base: UnsafeMutableRawPointer
  /// The number of 4 KiB pages that are reserved behind `base`.
  public var pageCount: Int
  /// How many of them may be used from the start; the pool can be extended later.
  public var availablePageCount: Int
  /// Blocks merge up to this order.
  public var largestOrder: Int
  /// What the pages hold.
  public var contents: KnownContents
  /// Zeroed memory of ``PagePool/controlByteCount`` bytes, page aligned. It must stay mapped after
  /// the pool is gone, since a thread may still be leaving its lock: recycle it, never unmap it.
  public var control: UnsafeMutableRawPointer
  /// Zeroed memory of ``PagePool/sideTableByteCount(pageCount:largestOrder:)`` bytes, page aligned.
  public var sideTables: UnsafeMutableRawPointer
  /// Zeroed memory of ``PagePool/statisticsByteCount(processorCount:)`` bytes, page aligned.
  public var statistics: UnsafeMutableRawPointer
  /// The number of processors that the machine may have.
  public var processorCount: Int
  /// Zeroed memory of ``PagePool/cacheByteCount(processorCount:)`` bytes, page aligned, for the
  /// processors' caches; nil for a pool without them. Only what is used is touched.
  public var caches: UnsafeMutableRawPointer?
  /// How the caches are to be used; what the process lacks is replaced by the next best.
  public var cacheMethod = ProcessorCacheMethod.restartableSequences
  /// The bytes that a processor may keep of each order; nil: so many that all caches together hold
  /// at most 1/16 of the pool, and no more than 2 MiB.
  public var cacheByteLimit: Int?
  /// The number of processors that are in use, which share what may be kept in caches.
  public var onlineProcessorCount: Int
  /// How the memory behind the pages goes and comes back.
  public var backing = PoolBacking()
  /// What is to be recorded and checked of the pages. An inspected pool uses no caches.
  public var inspection = PoolInspection()
  /// Zeroed memory of ``PagePool/frameNotesByteCount(pageCount:)`` bytes, page aligned, for an
  /// inspection that needs it: all but one that only wipes.
  public var frameNotes: UnsafeMutableRawPointer?
  /// Where what callers have is recorded for whoever comes after this process; nil for a pool that ends
  /// with it. Such a pool uses no caches.
  package var blockTable: BlockTable?
  /// What a pool of a set is told of the set; nil for a pool by itself.
  package var membership: PoolSetMembership?
  /// Kept alive until the pool's handle is gone and its last page is back, then let go: the place
  /// to unmap the memory and to recycle the control block.
  public var owner: AnyObject

  /// - Precondition: all memory stays valid until `owner` is let go.
  public init(
    base: UnsafeMutableRawPointer, pageCount: Int, availablePageCount: Int, largestOrder: Int,
    contents: KnownContents, control: UnsafeMutableRawPointer,
    sideTables: UnsafeMutableRawPointer, statistics: UnsafeMutableRawPointer,
    processorCount: Int, onlineProcessorCount: Int? = nil, caches: UnsafeMutableRawPointer? = nil,
    owner: AnyObject
  ) {
    unsafe self.base = base
    unsafe self.pageCount = pageCount
    unsafe self.availablePageCount = availablePageCount
    unsafe self.largestOrder = largestOrder
    unsafe self.contents = contents
    unsafe self.control = control
    unsafe self.sideTables = sideTables
    unsafe self.statistics = statistics
    unsafe self.processorCount = processorCount
    unsafe self.onlineProcessorCount = onlineProcessorCount ?? processorCount
    unsafe self.caches = caches
    unsafe self.owner = owner
  }
}
