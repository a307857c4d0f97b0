import IOPages
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct PagePoolRegionTests {
  @Test func aRegionBecomesAPool() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 8 << 20))
    let pool = try PagePool(region: region)
    #expect(pool.statistics.pageCount == 2048)
    #expect(pool.statistics.largestFreeOrder == 11)
    var page = try pool.allocate(order: 3)
    #expect(unsafe page.baseAddress == region.baseAddress + page.regionOffset)
    page.fill(with: 1)
  }

  @Test(.leavesPages(because: "the blocks stay out as addresses"))
  func theLargestBlockIsAlignedInAddress() throws {
    for order in [0, 5, 9, 13] {
      let region = try MemoryRegion(
        RegionOptions(
          byteCount: 3 * (4096 << order), largestOrder: order, population: .none))
      let pool = try PagePool(region: region)
      for _ in 0..<3 {
        let block = try pool.allocate(order: order, contents: .uninitialized)
        #expect(unsafe UInt(bitPattern: block.baseAddress) % (4096 << UInt(order)) == 0)
        _ = unsafe block.release()
      }
      #expect(pool.statistics.freePages == 0)
    }
  }

  @Test func aRegionServesOnePoolAtATime() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20))
    do {
      let pool = try PagePool(region: region)
      #expect(throws: RegionError.self) { try PagePool(region: region) }
      // The refusal has not disturbed the pool.
      let page = try pool.allocate(pages: 256)
      #expect(page.pageCount == 256)
    }
    let second = try PagePool(region: region)
    #expect(second.statistics.freePages == 256)
  }

  /// What the first pool's user wrote must not be handed to the second's as zeroes.
  @Test func aSecondPoolKnowsNothingOfTheContents() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20))
    do {
      let pool = try PagePool(region: region)
      var page = try pool.allocate(pages: 256)
      page.fill(with: 0x55)
    }
    let pool = try PagePool(region: region)
    let page = try pool.allocate(pages: 256)
    for offset in stride(from: 0, to: page.byteCount, by: 8)
    where page.load(fromByteOffset: offset, as: UInt64.self) != 0 {
      Issue.record("Old data at \(offset).")
    }
    #expect(pool.statistics.clearedPages == 256)
  }

  @Test func committedPagesReachThePool() throws {
    let region = try MemoryRegion(
      RegionOptions(byteCount: 16 << 20, initiallyCommitted: 1 << 20))
    let pool = try PagePool(region: region)
    #expect(pool.statistics.freePages == 256)
    #expect(pool.statistics.reservedPageCount == 4096)
    do throws(OutOfMemory) {
      _ = try pool.allocate(order: 9)
      Issue.record("Two MiB are not committed.")
    } catch {
      #expect(error.reason == .exhausted)
    }
    try region.commit(pages: 1024)
    #expect(pool.statistics.freePages == 1280)
    var page = try pool.allocate(order: 9)
    page.fill(with: 3)
    try pool.checkInvariants()
  }

  @Test func committingAfterThePoolIsGoneIsHarmless() throws {
    let region = try MemoryRegion(
      RegionOptions(byteCount: 16 << 20, initiallyCommitted: 1 << 20))
    do {
      let pool = try PagePool(region: region)
      _ = try pool.allocate(pages: 1)
    }
    try region.commit(pages: 10)
    let pool = try PagePool(region: region)
    #expect(pool.statistics.freePages == 266)
  }

  /// The last reference to a pool may go while the region tells it of new pages.
  @Test(.tags(.concurrency)) func poolsComeAndGoWhileTheRegionGrows() throws {
    let region = try MemoryRegion(
      RegionOptions(byteCount: 2 << 20, initiallyCommitted: 0, population: .none))
    let committing = RunningThread {
      for _ in 0..<512 {
        do throws(RegionError) {
          try region.commit(pages: 1)
        } catch {
          Issue.record("\(error)")
        }
      }
    }
    while region.committedByteCount < region.byteCount {
      // Refused while the committing thread holds the last reference to the pool before.
      _ = try? PagePool(region: region)
    }
    committing.wait()
    let pool = try PagePool(region: region)
    #expect(pool.statistics.freePages == 512)
  }

  @Test func theRegionStaysMappedUntilTheLastPageIsBack() throws {
    var region: MemoryRegion? = try MemoryRegion(RegionOptions(byteCount: 1 << 20))
    weak let weakRegion = region
    var pool: PagePool? = try PagePool(region: try #require(region))
    var page = try pool?.allocate(pages: 4)
    region = nil
    pool = nil
    #expect(weakRegion != nil)
    page?.fill(with: 8)
    let first = page?[0]
    #expect(first == 8)
    page = nil
    #expect(weakRegion == nil)
  }

  @Test func aTerabyteReservedIsAPool() throws {
    let region = try MemoryRegion(
      RegionOptions(byteCount: 1 << 40, initiallyCommitted: 4 << 20))
    let pool = try PagePool(region: region)
    var page = try pool.allocate(pages: 1000)
    page[4_095_999] = 1
    #expect(pool.statistics.reservedPageCount == 1 << 28)
  }

  @Test func poolsAreOpenedAndClosedOverAndOver() throws {
    for _ in 0..<300 {
      let pool = try PagePool(
        region: MemoryRegion(RegionOptions(byteCount: 1 << 20, population: .none)))
      var page = try pool.allocate(pages: 3)
      page[0] = 1
    }
  }

  @Test(.tags(.concurrency), .leavesPages(because: "the pages stay out as addresses"))
  func committingAndAllocatingAtTheSameTime() throws {
    let region = try MemoryRegion(
      RegionOptions(byteCount: 4 << 20, initiallyCommitted: 0, population: .none))
    let pool = try PagePool(region: region)
    let committing = RunningThread {
      for _ in 0..<1024 {
        do throws(RegionError) {
          try region.commit(pages: 1)
        } catch {
          Issue.record("\(error)")
        }
      }
    }
    var taken = 0
    while taken < 1024 {
      if let page = try? pool.allocate(pages: 1, contents: .uninitialized) {
        taken += 1
        _ = unsafe page.release()
      }
    }
    committing.wait()
    #expect(pool.statistics.pageCount == 1024)
    #expect(pool.statistics.freePages == 0)
  }
}

extension Tag {
  /// Has several threads at work: worth repeating when a race is suspected.
  @Tag static var concurrency: Self
}
