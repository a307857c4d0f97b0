import MemoryTestSupport
import SystemCallRefusal
import Testing

@testable import PagePools

/// The critical sections read the head at fixed places.
@Suite(.leavesNoPages) struct PoolHeadTests {
  @Test(.leavesFrames) func fieldsLieWhereTheSectionsReadThem() throws {
    let pool = PoolTestMemory.makePool(
      pages: 64, cacheMethod: .exchange, cacheByteLimit: 1 << 16)
    let head = unsafe pool.reference.pointer
    // The pool has enough free pages to be unsealed: every processor may use its cache.
    // Under the address sanitizer the inlined path finds none to use.
    let limit = unsafe head.load(as: UInt32.self)
    let libraryLimit = unsafe head.load(fromByteOffset: 4, as: UInt32.self)
    #expect(libraryLimit >= UInt32(Processors.usable.count))
    #expect(limit == (PagePool.hasAddressSanitizer ? 0 : libraryLimit))
    #expect(unsafe head.load(fromByteOffset: 8, as: UInt.self) == 0)
    #expect(unsafe head.load(fromByteOffset: 16, as: UInt.self) != 0)
    #expect(MemoryLayout<PoolHead>.size <= PoolHead.byteCount)
    _ = try pool.reference.allocate(order: 6, contents: .uninitialized, reclaim: .never)
    #expect(throws: OutOfMemory.self) {
      _ = try pool.reference.allocate(order: 0, contents: .uninitialized, reclaim: .never)
    }
    #expect(unsafe head.load(as: UInt64.self) == 0, "an exhausted pool is sealed")
  }

  @Test func sectionsAreUsedWhereTheProcessHasThem() {
    let pool = PoolTestMemory.makePool(pages: 64, cacheMethod: .restartableSequences)
    let area = unsafe pool.reference.pointer.load(fromByteOffset: 8, as: UInt.self)
    #expect((area != 0) == (pool.cacheMethod == .restartableSequences))
    #expect(pool.cacheMethod == PagePool.availableCacheMethod)
    #expect((PagePool.sequenceSupport == .usable) == (area != 0))
    #if arch(x86_64)
      if PagePool.sequenceSupport == .notRegistered || PagePool.sequenceSupport == .barrierRefused {
        cannotTest("rseq", because: "\(PagePool.sequenceSupport)")
      }
    #endif
  }

  @Test func withoutTheBarrierThereAreExchanges() async {
    await #expect(processExitsWith: .success) {
      guard refuse(SystemCallNumber.membarrier) else {
        return cannotTest("seccomp", because: "no filter can be installed")
      }
      let pool = PoolTestMemory.makePool(
        pages: 1024, cacheMethod: .restartableSequences, cacheByteLimit: 1 << 17)
      #expect(PagePool.sequenceSupport != .usable)
      #expect(pool.cacheMethod == .exchange)
      pool.give(pool.take(order: 0), order: 0)
      #expect(pool.statistics.cachedPages > 0)
      try pool.checkInvariants()
      #expect(pool.statistics.freeBlocks[10] == 1)
    }
  }

  @Test func aPoolWithoutCachesStaysSealed() throws {
    let pool = PoolTestMemory.makePool(pages: 1 << 14, cacheMethod: .none)
    let block = try pool.reference.allocate(order: 0, contents: .uninitialized, reclaim: .never)
    pool.reference.free(block..<block + 1)
    #expect(unsafe pool.reference.pointer.load(as: UInt32.self) == 0)
    #expect(pool.cacheMethod == .none)
    #expect(pool.statistics.cachedPages == 0)
  }
}
