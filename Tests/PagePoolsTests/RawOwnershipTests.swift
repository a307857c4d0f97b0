import MemoryTestSupport
import PagePools
import Testing

@Suite struct RawOwnershipTests {
  private func pool() throws -> (PagePool, Int) {
    let pool = PoolTestMemory.makePool(pages: 256)
    let first = try pool.reference.allocate(pages: 100, contents: .uninitialized, reclaim: .never)
    return (pool, first)
  }

  @Test func aBlockIsClaimedOnce() throws {
    let (pool, first) = try pool()
    let block = first..<first + 100
    #expect(!pool.reference.claimRaw(block))
    pool.reference.releaseToRaw(block)
    #expect(pool.reference.isRawBlock(block))
    #expect(pool.reference.claimRaw(block))
    #expect(!pool.reference.claimRaw(block))
    #expect(!pool.reference.isRawBlock(block))
  }

  @Test func aRefusedClaimChangesNothing() throws {
    let (pool, first) = try pool()
    pool.reference.releaseToRaw(first..<first + 70)
    #expect(!pool.reference.claimRaw(first..<first + 100))
    #expect(pool.reference.isRawBlock(first..<first + 70))
    #expect(pool.reference.claimRaw(first..<first + 70))
  }

  @Test func partsLeaveBlocksBehind() throws {
    let (pool, first) = try pool()
    pool.reference.releaseToRaw(first..<first + 100)
    #expect(pool.reference.claimRaw(first + 60..<first + 70))
    #expect(pool.reference.isRawBlock(first..<first + 60))
    #expect(pool.reference.isRawBlock(first + 70..<first + 100))
    #expect(!pool.reference.isRawBlock(first..<first + 59))
    #expect(!pool.reference.isRawBlock(first + 71..<first + 100))
  }

  @Test func neighboursAreTwoBlocks() throws {
    let (pool, first) = try pool()
    pool.reference.releaseToRaw(first..<first + 64)
    pool.reference.releaseToRaw(first + 64..<first + 100)
    #expect(!pool.reference.isRawBlock(first..<first + 100))
    #expect(pool.reference.isRawBlock(first..<first + 64))
    #expect(pool.reference.claimRaw(first..<first + 100))
  }

  @Test func addressesOutsideAreNotFrames() throws {
    let (pool, _) = try pool()
    let base = unsafe pool.reference.base
    #expect(unsafe pool.reference.frames(at: base + 4096, pageCount: 2) == 1..<3)
    #expect(unsafe pool.reference.frames(at: base + 1, pageCount: 1) == nil)
    #expect(unsafe pool.reference.frames(at: base - 4096, pageCount: 1) == nil)
    #expect(unsafe pool.reference.frames(at: base + 255 * 4096, pageCount: 2) == nil)
    #expect(unsafe pool.reference.frames(at: base + 256 * 4096, pageCount: 0) == 256..<256)
    #expect(unsafe pool.reference.frames(at: base, pageCount: .max) == nil)
  }

  @Test func ofTwoThreadsOneClaims() throws {
    for _ in 0..<200 {
      let (pool, first) = try pool()
      let reference = pool.reference
      reference.releaseToRaw(first..<first + 100)
      let winners = PoolTestMemory.Flag()
      let both = PoolTestMemory.Flag()
      onThreads(2) { _ in
        if reference.claimRaw(first..<first + 100) {
          if winners.isSet { both.set() }
          winners.set()
        }
      }
      #expect(!both.isSet)
    }
  }
}
