// Pools for tests over plain heap memory: no region, no system call, any geometry.

public import PagePools
import Synchronization

/// Heap memory for one pool, freed when the pool lets go of it. The control block stays, as the
/// pool's contract wants.
@safe
public final class PoolTestMemory: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  private let sideTables: UnsafeMutableRawPointer
  private let statistics: UnsafeMutableRawPointer
  private let released: Flag

  /// Whether something has happened yet.
  public final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    public init() {}
    public var isSet: Bool { value.load(ordering: .acquiring) }
    public func set() { value.store(true, ordering: .releasing) }
  }

  private init(pages: Int, largestOrder: Int, released: Flag) {
    self.released = released
    let alignment = 4096 << largestOrder
    // Fresh heap memory of our own, freed in deinit.
    unsafe base = .allocate(byteCount: pages * 4096, alignment: alignment)
    unsafe sideTables = PoolTestMemory.zeroed(
      PagePool.sideTableByteCount(pageCount: pages, largestOrder: largestOrder))
    unsafe statistics = PoolTestMemory.zeroed(PagePool.statisticsByteCount(processorCount: 2))
    unsafe base.initializeMemory(as: UInt64.self, repeating: 0, count: pages * 512)
  }

  deinit {
    unsafe base.deallocate()
    unsafe sideTables.deallocate()
    unsafe statistics.deallocate()
    released.set()
  }

  @unsafe
  private static func zeroed(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 4096)
    unsafe memory.initializeMemory(as: UInt64.self, repeating: 0, count: byteCount / 8)
    return unsafe memory
  }

  /// A pool of `pages` pages, all of them available unless `available` says less. `released` is
  /// set when the pool has let go of its memory.
  public static func makePool(
    pages: Int, available: Int? = nil, largestOrder: Int? = nil, contents: KnownContents = .zero,
    released: Flag = Flag()
  ) -> PagePool {
    let order = largestOrder ?? BlockOrder.fitting(frameCount: pages)
    let memory = PoolTestMemory(pages: pages, largestOrder: order, released: released)
    if contents == .unknown {
      unsafe memory.base.initializeMemory(as: UInt8.self, repeating: 0xaa, count: pages * 4096)
    }
    // The memory is the pool's alone; the control block is never freed.
    return unsafe PagePool(
      memory: PoolMemory(
        base: memory.base, pageCount: pages, availablePageCount: available ?? pages,
        largestOrder: order, contents: contents, control: zeroed(PagePool.controlByteCount),
        sideTables: memory.sideTables, statistics: memory.statistics, processorCount: 2,
        owner: memory))
  }
}
