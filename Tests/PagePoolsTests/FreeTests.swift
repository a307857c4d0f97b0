import MemoryTestSupport
import PagePools
import Testing

@Suite(.leavesNoPages) struct FreeTests {
  @Test func memoryIsLetGoWithTheHandle() {
    let released = PoolTestMemory.Flag()
    do { _ = PoolTestMemory.makePool(pages: 4, released: released) }
    #expect(released.isSet)
  }

  @Test func memoryOutlivesTheHandleUntilTheLastPageIsBack() throws {
    let released = PoolTestMemory.Flag()
    var pool: PagePool? = PoolTestMemory.makePool(pages: 8, released: released)
    let reference = try #require(pool?.reference)
    let first = try reference.allocate(pages: 2, contents: .zeroed, reclaim: .never)
    let second = try reference.allocate(pages: 4, contents: .zeroed, reclaim: .never)
    pool = nil
    #expect(!released.isSet)
    // The page is still there to be written.
    unsafe (reference.base + second << 12).storeBytes(of: 42, as: UInt64.self)
    reference.free(second..<second + 4)
    #expect(!released.isSet)
    reference.free(first..<first + 2)
    #expect(released.isSet)
  }

  @Test func partsOfARunComeBackInAnyOrder() throws {
    let pool = PoolTestMemory.makePool(pages: 64)
    let first = try pool.reference.allocate(pages: 37, contents: .uninitialized, reclaim: .never)
    for page in (first..<first + 37).shuffled() { pool.reference.free(page..<page + 1) }
    #expect(pool.statistics.freeBlocks[6] == 1)
    #expect(pool.statistics.frees == 37)
    try pool.checkInvariants()
  }

  @Test func freeingTwiceTraps() async {
    await #expect(processExitsWith: .trap) {
      let pool = PoolTestMemory.makePool(pages: 8)
      let first = try pool.reference.allocate(pages: 2, contents: .uninitialized, reclaim: .never)
      pool.reference.free(first..<first + 2)
      pool.reference.free(first..<first + 2)
    }
  }

  @Test func freeingWhatWasNeverTakenTraps() async {
    await #expect(processExitsWith: .trap) {
      let pool = PoolTestMemory.makePool(pages: 8)
      pool.reference.free(3..<4)
    }
  }

  /// Threads return the last pages of a pool whose handle is dropped meanwhile: the memory goes
  /// exactly once, and always.
  @Test(.tags(.concurrency), arguments: [2, 3])
  func closingWhileOthersReturnPages(threads: Int) throws {
    for _ in 0..<1000 {
      let released = PoolTestMemory.Flag()
      var pool: PagePool? = PoolTestMemory.makePool(pages: 64, released: released)
      let reference = try #require(pool?.reference)
      var pages: [Int] = []
      try reference.allocate(singlePages: 4 * threads, reclaim: .never) { pages.append($0) }
      let shares = (0..<threads).map { Array(pages[$0 * 4..<$0 * 4 + 4]) }
      let others = (0..<threads).map { index in
        RunningThread { for page in shares[index] { reference.free(page..<page + 1) } }
      }
      pool = nil
      for other in others { other.wait() }
      #expect(released.isSet)
    }
  }
}

extension Tag {
  /// Has several threads at work: worth repeating when a race is suspected.
  @Tag static var concurrency: Self
}
