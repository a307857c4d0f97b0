import BuddyAllocator
import MemoryTestSupport
import Testing

@testable import PagePools

/// A pool with caches, used as the façade uses it: the cache first, then the slow path.
@Suite(.leavesNoPages) struct PoolCachesTests {
  private func makePool(
    pages: Int, _ method: ProcessorCacheMethod, bytes: Int = 1 << 17,
    released: PoolTestMemory.Flag = PoolTestMemory.Flag()
  ) -> PagePool {
    PoolTestMemory.makePool(
      pages: pages, released: released, cacheMethod: method, cacheByteLimit: bytes)
  }

  @Test(arguments: Processors.cacheMethods)
  func whatIsGivenBackIsTakenNext(method: ProcessorCacheMethod) throws {
    let pool = makePool(pages: 1024, method)
    onThreads(1) { _ in
      Processors.move(to: Processors.usable[0])
      for order in 0..<5 {
        let first = pool.take(order: order)
        let second = pool.take(order: order)
        pool.give(first, order: order)
        pool.give(second, order: order)
        #expect(pool.take(order: order) == second)
        #expect(pool.take(order: order) == first)
        pool.give(first, order: order)
        pool.give(second, order: order)
      }
    }
    #expect(pool.statistics.cachedPages > 0)
    #expect(pool.statistics.freePages == 1024)
    try pool.checkInvariants()
    #expect(pool.statistics.freeBlocks[10] == 1, "all of it is one block again")
  }

  @Test(.leavesFrames, arguments: Processors.cacheMethods)
  func statisticsCountWhatWentThroughCaches(method: ProcessorCacheMethod) throws {
    let pool = makePool(pages: 4096, method)
    var random = SplitMix64(seed: TestSeed.choose(for: "statisticsCountWhatWentThroughCaches"))
    var held: [(Int, Int)] = []
    var allocations = 0
    var frees = 0
    for step in 0..<5000 {
      if step % 50 == 0 {
        Processors.move(to: Processors.usable.randomElement(using: &random)!)
      }
      if held.count < 200, Bool.random(using: &random) {
        let order = Int.random(in: 0...5, using: &random)
        held.append((pool.take(order: order), order))
        allocations += 1
      } else if !held.isEmpty {
        let (frame, order) = held.remove(at: Int.random(in: 0..<held.count, using: &random))
        pool.give(frame, order: order)
        frees += 1
      }
      if step % 1000 == 0 { pool.drainCaches() }
      let statistics = pool.statistics
      #expect(statistics.allocations == allocations)
      #expect(statistics.frees == frees)
      #expect(statistics.freePages == 4096 - held.reduce(0) { $0 + 1 << $1.1 })
      #expect(statistics.allocatedPages == held.reduce(0) { $0 + 1 << $1.1 })
    }
  }

  @Test(.leavesFrames, arguments: Processors.cacheMethods)
  func aRequestThatFitsOnlyAfterDrainingEveryCacheSucceeds(
    method: ProcessorCacheMethod
  ) throws {
    let processors = Processors.usable
    let each = 16
    let pages = 1 << BlockOrder.covering(frameCount: processors.count * each)
    let pool = makePool(pages: pages, method)
    let frames = (0..<pages).map { _ in pool.take(order: 0) }
    #expect(pool.statistics.freePages == 0)
    // Each processor's cache gets pages until none is left.
    for (index, processor) in processors.enumerated() {
      onThreads(1) { _ in
        Processors.move(to: processor)
        for place in stride(from: index, to: pages, by: processors.count) {
          pool.give(frames[place], order: 0)
        }
      }
    }
    let statistics = pool.statistics
    #expect(statistics.cachedPages >= pages / 2, "most of it waits in caches: \(statistics)")
    #expect(statistics.largestFreeOrder ?? -1 < pages.trailingZeroBitCount)
    let all = try pool.reference.allocate(
      order: pages.trailingZeroBitCount, contents: .uninitialized, reclaim: .never)
    #expect(all == 0)
    #expect(pool.statistics.freePages == 0)
  }

  @Test(arguments: Processors.cacheMethods)
  func anExhaustedPoolStaysSealedUntilEnoughIsFree(method: ProcessorCacheMethod) throws {
    let pool = makePool(pages: 256, method)
    var frames = (0..<256).map { _ in pool.take(order: 0) }
    for _ in 0..<3 {
      let error = #expect(throws: OutOfMemory.self) {
        _ = try pool.reference.allocate(order: 0, contents: .uninitialized, reclaim: .never)
      }
      #expect(error?.reason == .exhausted)
      #expect(error?.freePages == 0)
    }
    #expect(pool.isSealed)
    // One in sixteen pages is the mark.
    for _ in 0..<15 { pool.give(frames.removeLast(), order: 0) }
    #expect(pool.isSealed)
    #expect(pool.statistics.cachedPages == 0)
    pool.give(frames.removeLast(), order: 0)
    #expect(!pool.isSealed)
    pool.give(frames.removeLast(), order: 0)
    #expect(pool.statistics.cachedPages == 1)
    for frame in frames { pool.give(frame, order: 0) }
    try pool.checkInvariants()
    #expect(pool.statistics.freeBlocks[8] == 1)
  }

  @Test(arguments: Processors.cacheMethods)
  func whatACacheHasNoRoomForWaitsInTheDepotOrMerges(method: ProcessorCacheMethod) throws {
    let pool = makePool(pages: 4096, method, bytes: 1 << 17)
    onThreads(1) { _ in
      Processors.move(to: Processors.usable[0])
      // 16 single pages have room.
      let frames = (0..<512).map { _ in pool.take(order: 0) }
      for frame in frames where frame % 2 == 0 { pool.give(frame, order: 0) }
      let waiting = pool.statistics.cachedPages
      #expect(waiting > 128, "a depot has what the cache had no room for")
      for frame in frames where frame % 2 == 1 { pool.give(frame, order: 0) }
      #expect(pool.statistics.cachedPages <= 128, "groups that are complete have merged")
    }
    try pool.checkInvariants()
    #expect(pool.statistics.freeBlocks[12] == 1)
  }

  @Test(.leavesFrames, arguments: Processors.cacheMethods)
  func memoryKnownToBeZeroIsNotClearedAgain(method: ProcessorCacheMethod) throws {
    let pool = makePool(pages: 1024, method)
    // Every page is fresh; the cache is refilled with more than is taken.
    let first = pool.take(order: 0, contents: .zeroed)
    let second = pool.take(order: 0, contents: .zeroed)
    #expect(pool.statistics.knownZeroPages == 2)
    #expect(pool.statistics.clearedPages == 0)
    pool.write(7, to: first)
    pool.give(first, order: 0)
    #expect(pool.take(order: 0, contents: .zeroed) == first)
    #expect(pool.isZero(first))
    #expect(pool.statistics.clearedPages == 1)
    pool.give(first, order: 0)
    pool.give(second, order: 0)
    // What only lay in the cache is still known to be zero.
    pool.drainCaches()
    _ = try pool.reference.allocate(order: 10, contents: .zeroed, reclaim: .never)
    #expect(pool.statistics.clearedPages == 3)
    #expect(pool.statistics.knownZeroPages == 2 + 1022)
    #expect((0..<1024).allSatisfy(pool.isZero))
  }

  @Test(.leavesFrames, arguments: Processors.cacheMethods)
  func aBlockOfWhichAPartIsDirtyIsClearedThere(method: ProcessorCacheMethod) throws {
    let pool = makePool(pages: 1024, method)
    let page = pool.take(order: 0)
    pool.write(9, to: page)
    pool.give(page, order: 0)
    pool.drainCaches()
    var blocks: [Int] = []
    for _ in 0..<256 { blocks.append(pool.take(order: 2, contents: .zeroed)) }
    #expect(blocks.allSatisfy { (0..<4).map($0.advanced).allSatisfy(pool.isZero) })
    #expect(pool.statistics.clearedPages == 1)
    #expect(pool.statistics.knownZeroPages == 1023)
  }

  @Test(arguments: Processors.cacheMethods)
  func closingTakesWhatIsCachedAlong(method: ProcessorCacheMethod) throws {
    let released = PoolTestMemory.Flag()
    var pool: PagePool? = makePool(pages: 1024, method, released: released)
    let last = pool!.take(order: 3)
    for order in 0..<4 { pool!.give(pool!.take(order: order), order: order) }
    #expect(pool!.statistics.cachedPages > 0)
    let reference = pool!.reference
    pool = nil
    #expect(!released.isSet, "a block is out still")
    reference.free(last..<last + 8)
    #expect(released.isSet)
  }

  @Test(arguments: Processors.cacheMethods)
  func aPoolThatGrowsHasLargerCaches(method: ProcessorCacheMethod) throws {
    let pool = PoolTestMemory.makePool(pages: 1 << 15, available: 64, cacheMethod: method)
    pool.give(pool.take(order: 0), order: 0)
    #expect(pool.statistics.cachedPages == 0, "64 pages have no share to keep back")
    pool.reference.extend(to: 1 << 15)
    pool.give(pool.take(order: 0), order: 0)
    #expect(pool.statistics.cachedPages > 0)
    try pool.checkInvariants()
    #expect(pool.statistics.freePages == 1 << 15)
  }
}

extension PagePool {
  /// Takes a block as the façade does.
  func take(order: Int, contents: PageContents = .uninitialized) -> Int {
    let entry = reference.takeCached(order: order)
    if entry != 0 {
      reference.prepareCached(entry, order: order, contents: contents)
      return reference.frame(ofEntry: entry)
    }
    do throws(OutOfMemory) {
      return try reference.allocate(order: order, contents: contents, reclaim: .never)
    } catch {
      fatalError("\(error)")
    }
  }

  /// Gives a block back as the façade does.
  func give(_ frame: Int, order: Int) {
    unsafe reference.free(reference.base + frame << 12, pageCount: 1 << order)
  }

  var isSealed: Bool { reference.withLock { $0.caches.isSealed } }

  func write(_ byte: UInt8, to frame: Int) {
    unsafe (reference.base + frame << 12).initializeMemory(
      as: UInt8.self, repeating: byte, count: 4096)
  }

  func isZero(_ frame: Int) -> Bool {
    (0..<512).allSatisfy {
      unsafe (reference.base + frame << 12).load(fromByteOffset: $0 << 3, as: UInt64.self) == 0
    }
  }
}
