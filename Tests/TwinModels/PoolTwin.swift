// Pools, with everything that stands on them, and their twin: a plain map of pages, beside which the
// same steps are done. The twin knows which pages are out and on whose account, what every byte of them
// must hold, how many are free, and whether a failure is right: not by guessing what a pool will do, but
// by asking afterwards whether it may have done it.
//
// Nothing here depends on a test library: tests run random steps (PoolTwinModelTests), and a fuzzer runs
// those that it makes of bytes (Tests/Fuzz).

import BasicContainers
import IOPageCore
import IOPages
import MemoryTestSupport
import PagePools

/// Pools and their twin in step.
package final class PoolTwin {
  package let configuration: TwinConfiguration
  let set: PagePoolSet?
  /// In the order of the nodes.
  let pools: [PagePool]
  let maps: [FrameMap]
  let kernel: PlayedKernel?
  let fault: PlantedFault?

  var pages: [HeldPage] = []
  var released: [ReleasedPages] = []
  var views: [View] = []
  var buffers: [HeldBuffer] = []
  var shared: [SharedBuffer] = []
  var list = HeldList()
  let stashes: [Stash]
  var cookie: UInt64 = 0
  private var tokens: [PressureTokenBox] = []

  /// A mistake that is made on purpose, to see that it is found.
  package enum PlantedFault: Sendable {
    /// Dropping a run of an odd number of pages, more than one, writes to the page behind it.
    case strayWrite
  }

  package init(_ configuration: TwinConfiguration, fault: PlantedFault? = nil) throws {
    self.configuration = configuration
    self.fault = fault
    if configuration.isSet {
      let set = try MadeUpNodes.set(
        pages: configuration.pages, cacheMethod: configuration.cacheMethod)
      self.set = set
      kernel = nil
      pools = set.nodes.compactMap { set.pools[$0] }
    } else {
      set = nil
      let pages = configuration.pages[0]
      let kernel = PlayedKernel(pages: pages)
      self.kernel = kernel
      pools = [
        PoolTestMemory.makePool(
          pages: pages, available: configuration.available, contents: configuration.contents,
          cacheMethod: configuration.cacheMethod, cacheByteLimit: 8 * 4096,
          backing: kernel.backing(isPopulated: configuration.isPopulated))
      ]
    }
    maps = pools.map { pool in
      let figures = pool.statistics
      return FrameMap(
        pages: figures.reservedPageCount, managed: figures.pageCount,
        largestOrder: figures.largestOrder)
    }
    stashes = maps.map { _ in Stash() }
    for (pool, stash) in zip(pools, stashes) {
      tokens.append(PressureTokenBox(pool.onPressure { _ in stash.giveOne() }))
    }
  }

  /// Does one step and looks at everything that costs little.
  package func perform(_ step: PoolStep) throws(Difference) {
    switch step.kind {
    case .block, .run, .singles: try allocate(step)
    case .drop, .dropMany, .split, .extract, .takeApart, .write: try changePages(step)
    case .release, .adopt, .adoptWrongly, .freeReleased: try passAddresses(step)
    case .drain, .check, .trim, .extend, .refuseMemory, .move: try changePools(step)
    case .openView, .closeView, .stash: try changeClients(step)
    case .buffer, .bufferOfPage, .takeFirst, .takeLast, .splitBuffer, .narrow, .join, .writeBuffer,
      .freeze, .takePages, .dropBuffer:
      try changeBuffers(step)
    case .slice, .copyShared, .thaw, .releaseRest, .dropShared: try changeShared(step)
    case .append, .prepend, .removeFirst, .removeLast, .takeFirstOfList, .pop, .copyOut:
      try changeList(step)
    }
    try checkFigures()
  }

  /// Compares what pools say of themselves with the map, without draining a cache.
  package func checkFigures() throws(Difference) {
    for (index, map) in maps.enumerated() {
      let figures = pools[index].statistics
      try expect(
        figures.freePages == map.freePages,
        "pool \(index) has \(figures.freePages) free pages, not \(map.freePages)")
      try expect(
        figures.allocatedPages == map.pagesOut,
        "pool \(index) has \(figures.allocatedPages) pages out, not \(map.pagesOut)")
      try expect(
        figures.pageCount == map.managed, "pool \(index) has \(figures.pageCount) pages")
      do throws(PoolInvariantViolation) {
        try pools[index].checkInvariantsOfBooks()
      } catch {
        throw Difference("the books of pool \(index): \(error)")
      }
    }
    for view in views {
      let pagesOut = view.pool.allocatedPages
      try expect(
        pagesOut == view.client.pagesOut,
        "a view has \(pagesOut) pages out, not \(view.client.pagesOut)")
    }
  }

  /// Looks at every byte that somebody owns, and walks the books with the caches drained.
  package func checkAll() throws(Difference) {
    for page in pages { try check(page) }
    for stash in stashes { for page in stash.pages { try check(page) } }
    for run in released { try check(run) }
    for buffer in buffers { try check(buffer) }
    for buffer in shared { try check(buffer) }
    try checkList()
    for (index, pool) in pools.enumerated() {
      do throws(PoolInvariantViolation) {
        try pool.checkInvariants()
      } catch {
        throw Difference("the invariants of pool \(index): \(error)")
      }
      let actual = pool.statistics.largestFreeOrder
      let expected = maps[index].largestFreeOrder
      try expect(
        actual == expected,
        "pool \(index): the largest free block is \(actual, default: "none"), "
          + "not \(expected, default: "none")")
    }
  }

  /// Gives everything back: each pool must be one set of maximal blocks again.
  package func finish() throws(Difference) {
    try checkAll()
    dropEverything()
    try checkFigures()
    for (index, pool) in pools.enumerated() {
      pool.drainCaches()
      let figures = pool.statistics
      try expect(figures.freePages == figures.pageCount, "pool \(index) has lost pages")
      for order in 0...figures.largestOrder {
        let expected =
          order == figures.largestOrder
          ? figures.pageCount >> order : figures.pageCount >> order & 1
        try expect(
          figures.freeBlocks[order] == expected,
          "pool \(index) has \(figures.freeBlocks[order]) blocks of order \(order)")
      }
    }
    try checkAll()
  }

  private func dropEverything() {
    for page in pages { drop(page) }
    pages = []
    for stash in stashes { while stash.giveOne() > 0 {} }
    for run in released { free(run) }
    released = []
    for buffer in buffers { drop(buffer) }
    buffers = []
    for buffer in shared { drop(buffer) }
    shared = []
    dropList()
    views = []
  }

  /// The place of one of `count` things, counted back from the newest: a list of steps can be shortened
  /// at its beginning without its end meaning others.
  func newest(_ number: UInt8, of count: Int) -> Int { count - 1 - Int(number) % count }

  /// A number below `count`, which is not zero.
  func index(_ number: UInt8, below count: Int) -> Int { Int(number) % count }
}

/// A token that a class can keep.
final class PressureTokenBox {
  private let token: PressureToken
  init(_ token: consuming PressureToken) { self.token = token }
}
