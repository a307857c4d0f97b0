// Pools for tests over plain heap memory: no region, no system call, any geometry.

import Glibc
public import PagePools
import Synchronization

/// Heap memory for one pool, freed when the pool lets go of it. The control block stays, as the
/// pool's contract wants.
@safe
public final class PoolTestMemory: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  private let ownsBase: Bool
  private let sideTables: UnsafeMutableRawPointer
  private let statistics: UnsafeMutableRawPointer
  private let caches: UnsafeMutableRawPointer
  private let frameNotes: UnsafeMutableRawPointer
  private let released: Flag

  /// Whether something has happened yet.
  public final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    public init() {}
    public var isSet: Bool { value.load(ordering: .acquiring) }
    public func set() { value.store(true, ordering: .releasing) }
  }

  private init(
    pages: Int, largestOrder: Int, released: Flag, base: UnsafeMutableRawPointer? = nil
  ) {
    self.released = released
    let alignment = 4096 << largestOrder
    // Fresh heap memory of our own, freed in deinit, unless the caller brings some for good.
    unsafe ownsBase = base == nil
    unsafe self.base = base ?? .allocate(byteCount: pages * 4096, alignment: alignment)
    unsafe sideTables = PoolTestMemory.zeroed(
      PagePool.sideTableByteCount(pageCount: pages, largestOrder: largestOrder))
    unsafe statistics = PoolTestMemory.zeroed(
      PagePool.statisticsByteCount(processorCount: PoolTestMemory.processorCount))
    unsafe caches = PoolTestMemory.zeroed(
      PagePool.cacheByteCount(processorCount: PoolTestMemory.processorCount))
    unsafe frameNotes = PoolTestMemory.zeroed(PagePool.frameNotesByteCount(pageCount: pages))
    unsafe self.base.initializeMemory(as: UInt64.self, repeating: 0, count: pages * 512)
  }

  deinit {
    if ownsBase { unsafe base.deallocate() }
    unsafe sideTables.deallocate()
    unsafe statistics.deallocate()
    unsafe caches.deallocate()
    unsafe frameNotes.deallocate()
    released.set()
  }

  @unsafe
  private static func zeroed(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 4096)
    unsafe memory.initializeMemory(as: UInt64.self, repeating: 0, count: byteCount / 8)
    return unsafe memory
  }

  /// The processors that the machine may have: a thread may run on any of them.
  private static let processorCount = max(Int(sysconf(CInt(_SC_NPROCESSORS_CONF))), 1)

  /// A pool of `pages` pages, all of them available unless `available` says less. `released` is
  /// set when the pool has let go of its memory. There are no caches unless a method is given;
  /// `cacheByteLimit` is as in `PoolMemory`, which would leave a small pool without.
  public static func makePool(
    pages: Int, available: Int? = nil, largestOrder: Int? = nil, contents: KnownContents = .zero,
    released: Flag = Flag(), cacheMethod: ProcessorCacheMethod = .none, cacheByteLimit: Int? = nil,
    backing: PoolBacking = PoolBacking(), inspection: PoolInspection = PoolInspection()
  ) -> PagePool {
    let order = largestOrder ?? BlockOrder.fitting(frameCount: pages)
    let memory = unsafe PoolTestMemory(pages: pages, largestOrder: order, released: released)
    if contents == .unknown {
      unsafe memory.base.initializeMemory(as: UInt8.self, repeating: 0xaa, count: pages * 4096)
    }
    return memory.pool(
      pages: pages, available: available ?? pages, largestOrder: order, contents: contents,
      cacheMethod: cacheMethod, cacheByteLimit: cacheByteLimit, backing: backing,
      inspection: inspection)
  }

  /// A pool of one page that is the first page of a file, so that another process can see what
  /// was written to it.
  public static func makePool(overFile path: String) -> PagePool {
    let descriptor = unsafe open(path, O_RDWR)
    precondition(descriptor >= 0, "The file cannot be opened.")
    // A mapping of our own, never unmapped.
    let mapping = unsafe mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    precondition(unsafe mapping != MAP_FAILED, "The file cannot be mapped.")
    let memory = unsafe PoolTestMemory(
      pages: 1, largestOrder: 0, released: Flag(), base: mapping)
    return memory.pool(pages: 1, available: 1, largestOrder: 0, contents: .zero)
  }

  /// A pool over memory of the caller's, aligned to all of it, which must outlive the pool.
  @unsafe
  public static func makePool(over base: UnsafeMutableRawPointer, pages: Int) -> PagePool {
    let order = BlockOrder.fitting(frameCount: pages)
    let memory = unsafe PoolTestMemory(
      pages: pages, largestOrder: order, released: Flag(), base: base)
    return memory.pool(pages: pages, available: pages, largestOrder: order, contents: .zero)
  }

  private func pool(
    pages: Int, available: Int, largestOrder: Int, contents: KnownContents,
    cacheMethod: ProcessorCacheMethod = .none, cacheByteLimit: Int? = nil,
    backing: PoolBacking = PoolBacking(), inspection: PoolInspection = PoolInspection()
  ) -> PagePool {
    // The memory is the pool's alone; the control block is never freed.
    var memory = unsafe PoolMemory(
      base: base, pageCount: pages, availablePageCount: available,
      largestOrder: largestOrder, contents: contents,
      control: PoolTestMemory.zeroed(PagePool.controlByteCount),
      sideTables: sideTables, statistics: statistics,
      processorCount: PoolTestMemory.processorCount, caches: caches, owner: self)
    unsafe memory.cacheMethod = cacheMethod
    unsafe memory.cacheByteLimit = cacheByteLimit
    unsafe memory.backing = backing
    unsafe memory.inspection = inspection
    if inspection.needsNotes { unsafe memory.frameNotes = frameNotes }
    let pool = unsafe PagePool(memory: memory)
    PoolWatch.opened(pool)
    return pool
  }
}
