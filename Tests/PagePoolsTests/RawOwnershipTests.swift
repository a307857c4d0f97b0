import MemoryTestSupport
import PagePools
import Synchronization
import Testing

@Suite(.leavesNoPages) struct RawOwnershipTests {
  private func pool() throws -> (PagePool, Int) {
    let pool = PoolTestMemory.makePool(pages: 256)
    let first = try pool.reference.allocate(pages: 100, contents: .uninitialized, reclaim: .never)
    return (pool, first)
  }

  @Test(.leavesFrames) func aBlockIsClaimedOnce() throws {
    let (pool, first) = try pool()
    let block = first..<first + 100
    #expect(!pool.reference.claimRaw(block))
    pool.reference.releaseToRaw(block)
    #expect(pool.reference.claimRaw(block))
    #expect(!pool.reference.claimRaw(block))
    #expect(!pool.reference.claimRawBlock(block))
    pool.reference.releaseToRaw(block)
    #expect(pool.reference.claimRawBlock(block))
  }

  @Test(.leavesFrames) func aRefusedClaimChangesNothing() throws {
    let (pool, first) = try pool()
    pool.reference.releaseToRaw(first..<first + 70)
    #expect(!pool.reference.claimRaw(first..<first + 100))
    #expect(!pool.reference.claimRawBlock(first..<first + 69))
    #expect(pool.reference.claimRawBlock(first..<first + 70))
  }

  @Test(.leavesFrames) func partsLeaveBlocksBehind() throws {
    let (pool, first) = try pool()
    pool.reference.releaseToRaw(first..<first + 100)
    #expect(pool.reference.claimRaw(first + 60..<first + 70))
    #expect(!pool.reference.claimRawBlock(first..<first + 59))
    #expect(!pool.reference.claimRawBlock(first + 71..<first + 100))
    #expect(pool.reference.claimRawBlock(first..<first + 60))
    #expect(pool.reference.claimRawBlock(first + 70..<first + 100))
  }

  @Test(.leavesFrames) func neighboursAreTwoBlocks() throws {
    let (pool, first) = try pool()
    pool.reference.releaseToRaw(first..<first + 64)
    pool.reference.releaseToRaw(first + 64..<first + 100)
    #expect(!pool.reference.claimRawBlock(first..<first + 100))
    #expect(pool.reference.claimRawBlock(first..<first + 64))
    #expect(pool.reference.claimRawBlock(first + 64..<first + 100))
  }

  @Test(.leavesFrames) func addressesOutsideAreNotFrames() throws {
    let (pool, _) = try pool()
    let base = unsafe pool.reference.base
    #expect(unsafe pool.reference.frames(at: base + 4096, pageCount: 2) == 1..<3)
    #expect(unsafe pool.reference.frames(at: base + 1, pageCount: 1) == nil)
    #expect(unsafe pool.reference.frames(at: base - 4096, pageCount: 1) == nil)
    #expect(unsafe pool.reference.frames(at: base + 255 * 4096, pageCount: 2) == nil)
    #expect(unsafe pool.reference.frames(at: base + 256 * 4096, pageCount: 0) == 256..<256)
    #expect(unsafe pool.reference.frames(at: base, pageCount: .max) == nil)
  }

  @Test(.leavesFrames, .tags(.concurrency)) func ofTwoThreadsOneClaims() throws {
    let (pool, first) = try pool()
    let reference = pool.reference
    for round in 0..<500 {
      reference.releaseToRaw(first..<first + 100)
      let race = Race()
      onThreads(2) { _ in
        race.waitForTheOther()
        let hasClaimed =
          round % 2 == 0
          ? reference.claimRaw(first..<first + 100) : reference.claimRawBlock(first..<first + 100)
        if hasClaimed { race.count() }
      }
      #expect(race.winners == 1)
    }
  }

  /// A block's end is told by its neighbour's bits: neighbours that come and go on other threads
  /// must not make it look like something else.
  @Test(.leavesFrames, .tags(.concurrency)) func neighboursComeAndGo() throws {
    let (pool, first) = try pool()
    let reference = pool.reference
    onThreads(4) { index in
      let own = first + index * 20..<first + index * 20 + 20
      for _ in 0..<5000 {
        reference.releaseToRaw(own)
        if !reference.claimRawBlock(own) { Issue.record("A whole block is not taken for one.") }
      }
    }
    reference.releaseToRaw(first..<first + 100)
    #expect(reference.claimRawBlock(first..<first + 100))
  }

  /// Where two threads meet, and who of them wins.
  private final class Race: Sendable {
    private let arrived = Atomic<Int>(0)
    private let won = Atomic<Int>(0)
    var winners: Int { won.load(ordering: .acquiring) }
    func waitForTheOther() {
      arrived.wrappingAdd(1, ordering: .acquiringAndReleasing)
      while arrived.load(ordering: .acquiring) < 2 {}
    }
    func count() { won.wrappingAdd(1, ordering: .acquiringAndReleasing) }
  }
}
