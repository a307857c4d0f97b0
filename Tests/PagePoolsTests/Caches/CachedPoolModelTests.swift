import BuddyAllocator
import MemoryTestSupport
import Testing

@testable import PagePools

/// Random operations on a pool with caches against a map of its pages: nothing is handed out twice,
/// a request fails only if the map says that it must, with just the figures that the map gives.
@Suite(.leavesNoPages) struct CachedPoolModelTests {
  /// Which pages are out.
  private struct PageMap {
    var isOut: [Bool]
    init(pages: Int) { isOut = Array(repeating: false, count: pages) }

    var freePages: Int { isOut.count { !$0 } }

    /// The order of the largest aligned block that is free, by looking at every page.
    func largestFreeOrder(upTo limit: Int) -> Int? {
      (0...limit).last { order in
        stride(from: 0, through: isOut.count - 1 << order, by: 1 << order)
          .contains { !isOut[$0..<$0 + 1 << order].contains(true) }
      }
    }

    mutating func take(_ frames: Range<Int>) -> Bool {
      if isOut[frames].contains(true) { return false }
      for frame in frames { isOut[frame] = true }
      return true
    }

    mutating func give(_ frames: Range<Int>) { for frame in frames { isOut[frame] = false } }
  }

  @Test(arguments: Processors.cacheMethods, [200, 512, 3000])
  func failuresAreExactAndNothingIsLost(method: ProcessorCacheMethod, pages: Int) throws {
    let seed = TestSeed.choose(for: "failuresAreExactAndNothingIsLost")
    var random = SplitMix64(seed: seed)
    let pool = PoolTestMemory.makePool(
      pages: pages, cacheMethod: method, cacheByteLimit: 1 << 16)
    let largest = pool.statistics.largestOrder
    var map = PageMap(pages: pages)
    var held: [Range<Int>] = []
    var failures = 0
    for step in 0..<20_000 {
      if step % 64 == 0 {
        Processors.move(to: Processors.usable.randomElement(using: &random)!)
      }
      // Tides: up to the brim and down again.
      let isFilling = step / (350 + pages / 2) % 2 == 0
      if isFilling ? !random.once(in: 4) : random.once(in: 4) {
        let (order, count) = request(&random, largest: largest)
        do throws(OutOfMemory) {
          let first = try take(order: order, count: count, pool)
          let isFresh = map.take(first..<first + count)
          #expect(isFresh, "step \(step): a page is out twice")
          held.append(first..<first + count)
        } catch {
          failures += 1
          #expect(error.freePages == map.freePages, "step \(step)")
          #expect(error.largestFreeOrder == map.largestFreeOrder(upTo: largest), "step \(step)")
          #expect(error.largestFreeOrder ?? -1 < error.requestedOrder, "step \(step)")
        }
      } else if !held.isEmpty {
        held.swapAt(Int.random(in: 0..<held.count, using: &random), held.count - 1)
        let frames = held.removeLast()
        map.give(frames)
        unsafe pool.reference.free(
          pool.reference.base + frames.lowerBound << 12, pageCount: frames.count)
      }
      if random.once(in: 512) { pool.drainCaches() }
      if step % 1000 == 0 {
        #expect(pool.statistics.freePages == map.freePages)
        try pool.checkInvariants()
      }
    }
    #expect(failures > 5, "the pool was full now and then")
    for frames in held {
      unsafe pool.reference.free(
        pool.reference.base + frames.lowerBound << 12, pageCount: frames.count)
    }
    try pool.checkInvariants()
    #expect(pool.statistics.freePages == pages)
    let blocks = pool.statistics.freeBlocks
    for order in 0...largest {
      // One set of maximal blocks: what the number of pages is made of.
      let expected = order == largest ? pages >> largest : pages >> order & 1
      #expect(blocks[order] == expected)
    }
  }

  /// A block most of the time, else a run.
  private func request(_ random: inout SplitMix64, largest: Int) -> (order: Int, count: Int) {
    let order = min((random.next() | 1 << 63).trailingZeroBitCount, largest)
    return random.once(in: 6)
      ? (order, Int.random(in: 1...1 << order, using: &random)) : (order, 1 << order)
  }

  private func take(order: Int, count: Int, _ pool: PagePool) throws(OutOfMemory) -> Int {
    guard count == 1 << order else {
      return try pool.reference.allocate(pages: count, contents: .uninitialized, reclaim: .never)
    }
    if order < PoolReference.cachedOrderCount {
      let entry = pool.reference.takeCached(order: order)
      if entry != 0 { return pool.reference.frame(ofEntry: entry) }
    }
    return try pool.reference.allocate(order: order, contents: .uninitialized, reclaim: .never)
  }
}
