import MemoryTestSupport
import PagePools
import Testing

@Suite(.leavesNoPages) struct AllocateTests {
  /// Runs `body` and returns the error that it throws.
  private func failure(_ body: () throws(OutOfMemory) -> Void) -> OutOfMemory? {
    do throws(OutOfMemory) {
      try body()
      return nil
    } catch {
      return error
    }
  }

  @Test func exhaustedSaysHowMuchIsFree() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let first = try pool.reference.allocate(pages: 6, contents: .uninitialized, reclaim: .allowed)
    let error = failure { () throws(OutOfMemory) in
      _ = try pool.reference.allocate(pages: 3, contents: .zeroed, reclaim: .allowed)
    }
    #expect(
      error
        == OutOfMemory(
          requestedPages: 3, requestedOrder: 2, freePages: 2, largestFreeOrder: 1,
          reason: .exhausted))
    pool.reference.free(first..<first + 6)
    #expect(pool.statistics.failures == 1)
  }

  @Test(.leavesFrames) func fragmentedSaysTheLargestBlock() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let all = try pool.reference.allocate(order: 3, contents: .uninitialized, reclaim: .never)
    for page in stride(from: all, to: all + 8, by: 2) { pool.reference.free(page..<page + 1) }
    let error = failure { () throws(OutOfMemory) in
      _ = try pool.reference.allocate(order: 1, contents: .zeroed, reclaim: .never)
    }
    #expect(
      error
        == OutOfMemory(
          requestedPages: 2, requestedOrder: 1, freePages: 4, largestFreeOrder: 0,
          reason: .fragmented))
  }

  @Test(arguments: [4, 35, 62, 63, 64, Int.max])
  func orderBeyondTheRegionIsRefused(order: Int) {
    let pool = PoolTestMemory.makePool(pages: 8)
    let error = failure { () throws(OutOfMemory) in
      _ = try pool.reference.allocate(order: order, contents: .zeroed, reclaim: .allowed)
    }
    #expect(error?.reason == .largerThanRegion)
    #expect(error?.requestedOrder == order)
    #expect(error?.requestedPages == (order < 63 ? 1 << order : Int.max))
    #expect(pool.statistics.freePages == 8)
  }

  @Test func anOrderLongerThanTheRegionIsRefusedAtOnce() {
    let pool = PoolTestMemory.makePool(pages: 8, largestOrder: 6)
    let token = pool.onPressure { _ in
      Issue.record("No reclaimer could help.")
      return 0
    }
    let error = failure { () throws(OutOfMemory) in
      _ = try pool.reference.allocate(order: 5, contents: .zeroed, reclaim: .allowed)
    }
    #expect(error?.reason == .largerThanRegion)
    _ = consume token
  }

  @Test(arguments: [9, 1 << 40, Int.max])
  func moreThanTheRegionIsRefused(pages: Int) {
    let pool = PoolTestMemory.makePool(pages: 8)
    let error = failure { () throws(OutOfMemory) in
      _ = try pool.reference.allocate(pages: pages, contents: .zeroed, reclaim: .allowed)
    }
    #expect(error?.reason == .largerThanRegion)
    #expect(error?.requestedPages == pages)
  }

  @Test func runsAreExact() throws {
    let pool = PoolTestMemory.makePool(pages: 64)
    for pages in 1...64 {
      let first = try pool.reference.allocate(
        pages: pages, contents: .uninitialized, reclaim: .never)
      #expect(pool.statistics.freePages == 64 - pages)
      #expect(first % (1 << BlockOrder.covering(frameCount: pages)) == 0)
      pool.reference.free(first..<first + pages)
    }
    #expect(pool.statistics.freeBlocks[6] == 1)
  }

  @Test func singlePagesAreAllOrNone() throws {
    let pool = PoolTestMemory.makePool(pages: 5)
    var got: [Int] = []
    let error = failure { () throws(OutOfMemory) in
      try pool.reference.allocate(singlePages: 6, reclaim: .allowed) { got.append($0) }
    }
    #expect(error?.reason == .largerThanRegion)
    try pool.reference.allocate(singlePages: 3, reclaim: .allowed) { got.append($0) }
    #expect(Set(got).count == 3)
    var more: [Int] = []
    let second = failure { () throws(OutOfMemory) in
      try pool.reference.allocate(singlePages: 3, reclaim: .allowed) { more.append($0) }
    }
    #expect(
      second
        == OutOfMemory(
          requestedPages: 3, requestedOrder: 0, freePages: 2,
          largestFreeOrder: pool.statistics.largestFreeOrder, reason: .exhausted))
    #expect(more.isEmpty)
    try pool.reference.allocate(singlePages: 0, reclaim: .allowed) { more.append($0) }
    #expect(more.isEmpty)
    for page in got { pool.reference.free(page..<page + 1) }
  }

  @Test(.leavesFrames) func contentsAreWhatWasAskedFor() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    let pages = try pool.reference.allocate(pages: 4, contents: .zeroed, reclaim: .never)
    #expect(pool.statistics.knownZeroPages == 4)
    #expect(pool.statistics.clearedPages == 0)
    unsafe pool.reference.base.initializeMemory(as: UInt8.self, repeating: 7, count: 4 * 4096)
    pool.reference.free(pages..<pages + 4)
    let dirty = try pool.reference.allocate(pages: 4, contents: .uninitialized, reclaim: .never)
    #expect(unsafe pool.reference.base.load(fromByteOffset: 9000, as: UInt8.self) == 7)
    pool.reference.free(dirty..<dirty + 4)
    _ = try pool.reference.allocate(pages: 4, contents: .zeroed, reclaim: .never)
    for offset in stride(from: 0, to: 4 * 4096, by: 8) {
      #expect(unsafe pool.reference.base.load(fromByteOffset: offset, as: UInt64.self) == 0)
    }
    #expect(pool.statistics.clearedPages == 4)
  }

  @Test(.leavesFrames) func onlyDirtyPagesAreCleared() throws {
    let fresh = PoolTestMemory.makePool(pages: 128)
    // The lowest 65 pages have been handed out once; 63 have not.
    var taken: [Int] = []
    try fresh.reference.allocate(singlePages: 65, reclaim: .never) { taken.append($0) }
    #expect(taken == Array(0..<65))
    fresh.reference.prepare(0..<65, contents: .uninitialized)
    for page in taken { fresh.reference.free(page..<page + 1) }
    _ = try fresh.reference.allocate(order: 7, contents: .zeroed, reclaim: .never)
    #expect(fresh.statistics.clearedPages == 65)
    #expect(fresh.statistics.knownZeroPages == 63)
  }

  @Test func unknownContentsAreCleared() throws {
    let pool = PoolTestMemory.makePool(pages: 8, contents: .unknown)
    let first = try pool.reference.allocate(pages: 8, contents: .zeroed, reclaim: .never)
    for offset in stride(from: 0, to: 8 * 4096, by: 8) {
      #expect(unsafe pool.reference.base.load(fromByteOffset: offset, as: UInt64.self) == 0)
    }
    #expect(pool.statistics.clearedPages == 8)
    pool.reference.free(first..<first + 8)
  }

  @Test(.leavesFrames) func extendingMakesPagesAvailable() throws {
    let pool = PoolTestMemory.makePool(pages: 100, available: 10)
    #expect(pool.statistics.pageCount == 10)
    #expect(pool.statistics.reservedPageCount == 100)
    let error = failure { () throws(OutOfMemory) in
      _ = try pool.reference.allocate(pages: 16, contents: .zeroed, reclaim: .allowed)
    }
    #expect(error?.reason == .exhausted)
    pool.reference.extend(to: 100)
    pool.reference.extend(to: 50)
    #expect(pool.statistics.freePages == 100)
    _ = try pool.reference.allocate(pages: 16, contents: .zeroed, reclaim: .allowed)
    try pool.checkInvariants()
  }

  @Test func descriptionsSayWhatToChange() {
    for reason in [
      OutOfMemory.Reason.exhausted, .fragmented, .largerThanRegion, .limit, .notBacked, .notOwner,
    ] {
      let error = OutOfMemory(
        requestedPages: 8, requestedOrder: 3, freePages: 5, largestFreeOrder: 1, node: 1,
        reason: reason)
      #expect(error.description.contains("8 page(s)"))
      #expect(error.description.hasSuffix("."))
    }
    let fragmented = OutOfMemory(
      requestedPages: 8, requestedOrder: 3, freePages: 9, largestFreeOrder: 1, reason: .fragmented)
    #expect(fragmented.description.contains("order 1"))
  }
}
