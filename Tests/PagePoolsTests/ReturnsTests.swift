// What may let a request succeed that has failed must be counted, or a set of pools would say that there
// is no memory when there is.

import MemoryTestSupport
import Testing

@testable import PagePools

@Suite struct ReturnsTests {
  /// How much the count of a pool that has just failed grows by what `body` does.
  private func returns(of pool: PagePool, _ body: () throws -> Void) rethrows -> UInt {
    let before = pool.reference.returnsAfter
    try body()
    return pool.reference.returnsAfter &- before
  }

  /// Takes everything that is left, page by page, until the pool fails.
  private func exhaust(_ pool: PagePool) -> [Int] {
    var frames: [Int] = []
    while let frame = try? pool.reference.allocate(
      pages: 1, contents: .uninitialized, reclaim: .never)
    { frames.append(frame) }
    return frames
  }

  @Test func aFailureAndASuccessAreNoReturns() throws {
    let pool = PoolTestMemory.makePool(pages: 16)
    let returns = returns(of: pool) {
      let frames = exhaust(pool)
      #expect(frames.count == 16)
    }
    #expect(returns == 0)
    pool.reference.free(0..<16)
  }

  @Test(arguments: [ProcessorCacheMethod.none] + Processors.cacheMethods)
  func pagesThatComeBackAreCounted(method: ProcessorCacheMethod) throws {
    let pool = PoolTestMemory.makePool(pages: 4096, cacheMethod: method, cacheByteLimit: 1 << 20)
    let frames = exhaust(pool)
    #expect(frames.count == 4096)
    #expect(returns(of: pool) { pool.reference.free(frames[0]..<frames[0] + 1) } > 0)
    let ofSingles = returns(of: pool) {
      // Frames of the pool's own.
      unsafe pool.reference.freeSinglePages(count: 64) { index in
        unsafe pool.reference.base + (frames[index + 1] << PagePool.pageShift)
      }
    }
    #expect(ofSingles > 0)
    // The rest opens the caches, from which on nobody counts: that is counted itself.
    let opened = returns(of: pool) {
      for frame in frames[65...] { pool.reference.free(frame..<frame + 1) }
    }
    #expect(opened > 0)
    #expect(pool.statistics.freePages == 4096)
  }

  @Test func framesThatAreAddedAndReservesThatEndAreCounted() throws {
    let pool = PoolTestMemory.makePool(pages: 64, available: 32)
    var view: LimitedPool? = try pool.limited(to: 16, reserving: 8)
    #expect(view != nil)
    #expect(exhaust(pool).count == 24)
    #expect(returns(of: pool) { view = nil } > 0)
    #expect(exhaust(pool).count == 8)
    #expect(returns(of: pool) { pool.reference.extend(to: 64) } > 0)
    #expect(exhaust(pool).count == 32)
    pool.reference.free(0..<64)
  }
}
