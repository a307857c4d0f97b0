// The depots of a pool: free blocks of small orders on their way between the caches and the buddy.
// What a cache has no room for waits there to be taken by any processor's cache again, in address
// order, which costs a fraction of what merging and splitting would. Larger blocks go to the buddy
// at once: keeping them back would fragment it (docs/Placement.md).

internal import BuddyAllocator

/// One depot for each of the orders 0, 1 and 2.
struct Depots: ~Copyable {
  /// Blocks of orders below this go through a depot.
  static let orderCount = 3
  /// The depots may hold a quarter as many pages as are free in the buddy.
  private static let shareShift = 2

  private var single: BlockDepot
  private var pairs: BlockDepot
  private var quads: BlockDepot
  /// The highest order of which 64 neighbours are a block that the buddy can have.
  private let orders: Int

  /// - Precondition: `sideTables` is the memory of that layout.
  @unsafe
  init(
    _ sideTables: UnsafeMutableRawPointer, layout: SideTableLayout, frameCount: Int,
    largestOrder: Int
  ) {
    // Each lies in the side tables where the layout says.
    single = unsafe BlockDepot(
      metadata: sideTables + layout.depots[0], frameCount: frameCount, order: 0)
    pairs = unsafe BlockDepot(
      metadata: sideTables + layout.depots[1], frameCount: frameCount, order: 1)
    quads = unsafe BlockDepot(
      metadata: sideTables + layout.depots[2], frameCount: frameCount, order: 2)
    orders = min(Depots.orderCount, largestOrder - 5)
  }

  /// Whether blocks of an order go through a depot.
  func accepts(order: Int) -> Bool { order < orders }

  /// The free pages in the depots.
  var pageCount: Int { single.blockCount + pairs.blockCount << 1 + quads.blockCount << 2 }

  /// The single pages in the depots.
  var singlePageCount: Int { single.blockCount }

  /// Puts blocks of an accepted order in, and empties the order's depot if all hold too much.
  ///
  /// - Parameters:
  ///   - blocks: their addresses.
  ///   - base: the address of frame 0.
  mutating func insert(
    _ blocks: Span<UInt>, base: UInt, order: Int, buddy: inout Buddy
  ) throws(InvalidFree) {
    let shift = PagePool.pageShift
    switch order {
    case 0: try single.insert(blocks, origin: base, frameShift: shift, completing: &buddy)
    case 1: try pairs.insert(blocks, origin: base, frameShift: shift, completing: &buddy)
    default: try quads.insert(blocks, origin: base, frameShift: shift, completing: &buddy)
    }
    guard pageCount > buddy.freeFrameCount >> Depots.shareShift else { return }
    switch order {
    case 0: try single.empty(into: &buddy)
    case 1: try pairs.empty(into: &buddy)
    default: try quads.empty(into: &buddy)
    }
  }

  /// Takes up to `count` neighbouring blocks of an accepted order, the lowest ones.
  mutating func takeBlocks(order: Int, atMost count: Int) -> BlocksTaken {
    switch order {
    case 0: single.takeBlocks(atMost: count)
    case 1: pairs.takeBlocks(atMost: count)
    default: quads.takeBlocks(atMost: count)
    }
  }

  /// Gives all blocks to the buddy.
  mutating func empty(into buddy: inout Buddy) throws(InvalidFree) {
    try single.empty(into: &buddy)
    try pairs.empty(into: &buddy)
    try quads.empty(into: &buddy)
  }
}
