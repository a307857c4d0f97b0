import MemoryTestSupport
import PagePools
import Testing

@Suite(.leavesNoPages) struct InspectionTests {
  private func pool(_ change: (inout PoolInspection) -> Void) -> PagePool {
    var inspection = PoolInspection()
    change(&inspection)
    return PoolTestMemory.makePool(
      pages: 64, cacheMethod: .exchange, cacheByteLimit: 1 << 20, inspection: inspection)
  }

  private func taken(
    _ pool: PagePool, pages: Int, contents: PageContents = .uninitialized,
    tag: AllocationTag = .none
  ) throws -> Range<Int> {
    let first = try pool.reference.allocate(
      pages: pages, contents: contents, reclaim: .never, tag: tag)
    return first..<first + pages
  }

  private func byte(_ pool: PagePool, page: Int, at offset: Int = 0) -> UInt8 {
    unsafe strayLoad(pool.reference.base + page << 12 + offset)
  }

  private func write(_ pool: PagePool, page: Int, at offset: Int = 0, _ byte: UInt8) {
    unsafe strayStore(byte, to: pool.reference.base + page << 12 + offset)
  }

  @Test(.leavesFrames) func aPoolThatIsNotInspectedHasCaches() throws {
    let plain = pool { _ in }
    _ = try plain.reference.allocate(order: 0, contents: .uninitialized, reclaim: .never)
    #expect(plain.statistics.cachedPages > 0)
    let inspected = pool { $0.recordsTags = true }
    _ = try inspected.reference.allocate(order: 0, contents: .uninitialized, reclaim: .never)
    #expect(inspected.statistics.cachedPages == 0)
  }

  @Test(.leavesFrames) func whatComesBackIsWiped() throws {
    let pool = pool { $0.wipesOnFree = true }
    let frames = try taken(pool, pages: 3)
    for page in frames { write(pool, page: page, at: 4095, 0xee) }
    pool.reference.free(frames.lowerBound..<frames.lowerBound + 2)
    #expect(byte(pool, page: frames.lowerBound, at: 4095) == 0)
    #expect(byte(pool, page: frames.lowerBound + 1, at: 4095) == 0)
    // It is not the pool's yet.
    #expect(byte(pool, page: frames.upperBound - 1, at: 4095) == 0xee)
  }

  @Test(.leavesFrames) func wipedPagesNeedNotBeClearedAgain() throws {
    var backing = PoolBacking()
    backing.becomesZero = true
    var inspection = PoolInspection()
    inspection.wipesOnFree = true
    let pool = PoolTestMemory.makePool(
      pages: 8, contents: .unknown, backing: backing, inspection: inspection)
    let first = try taken(pool, pages: 8, contents: .zeroed)
    #expect(pool.statistics.clearedPages == 8)
    pool.reference.free(first)
    _ = try taken(pool, pages: 8, contents: .zeroed)
    #expect(pool.statistics.clearedPages == 8)
    #expect(pool.statistics.knownZeroPages == 8)
  }

  @Test(.leavesFrames) func quarantinedPagesAreFreeAndRest() throws {
    let pool = pool { $0.quarantinedPages = 4 }
    let first = try taken(pool, pages: 2)
    pool.reference.free(first)
    #expect(pool.statistics.freePages == 64)
    #expect(pool.statistics.quarantinedPages == 2)
    let second = try taken(pool, pages: 2)
    #expect(second != first)
    pool.reference.free(second)
    let third = try taken(pool, pages: 2)
    #expect(third != first && third != second)
    pool.reference.free(third)
    // The first ones had to go.
    #expect(pool.statistics.quarantinedPages == 4)
    #expect(try taken(pool, pages: 2) == first)
  }

  @Test(.leavesFrames) func noRequestFailsForPagesInQuarantine() throws {
    let pool = pool { $0.quarantinedPages = 64 }
    for _ in 0..<3 {
      let all = try taken(pool, pages: 64)
      for page in all { pool.reference.free(page..<page + 1) }
    }
    var singles: [Int] = []
    try pool.reference.allocate(singlePages: 64, reclaim: .never) { singles.append($0) }
    #expect(Set(singles).count == 64)
  }

  @Test func aClosedPoolGoesInSpiteOfItsQuarantine() throws {
    let released = PoolTestMemory.Flag()
    var inspection = PoolInspection()
    inspection.quarantinedPages = 8
    var pool: PagePool? = PoolTestMemory.makePool(
      pages: 8, released: released, inspection: inspection)
    let reference = try #require(pool?.reference)
    let first = try reference.allocate(pages: 2, contents: .zeroed, reclaim: .never)
    let second = try reference.allocate(pages: 2, contents: .zeroed, reclaim: .never)
    reference.free(first..<first + 2)
    pool = nil
    #expect(!released.isSet)
    reference.free(second..<second + 2)
    #expect(released.isSet)
  }

  @Test(.leavesFrames) func freePagesHoldAPattern() throws {
    let pool = pool { $0.poisonsFreePages = true }
    let frames = try taken(pool, pages: 2, contents: .zeroed)
    pool.reference.free(frames)
    #expect(byte(pool, page: frames.lowerBound, at: 17) == 0xdb)
    try pool.checkInvariants()
    #expect(try taken(pool, pages: 2, contents: .zeroed) == frames)
    #expect(byte(pool, page: frames.lowerBound, at: 17) == 0)
  }

  @Test(.findsStrayWrites) func aWriteToAFreePageIsFoundByTheWalk() throws {
    let pool = pool { $0.poisonsFreePages = true }
    let frames = try taken(pool, pages: 2)
    pool.reference.free(frames)
    write(pool, page: 1, at: 4095, 0)
    #expect(throws: PoolInvariantViolation.freePageWasWritten(frame: 1)) {
      try pool.checkInvariants()
    }
  }

  @Test func aWriteToAFreePageTrapsWhenItIsTakenAgain() async {
    let result = await #expect(processExitsWith: .trap, observing: [\.standardErrorContent]) {
      trapping {
        var inspection = PoolInspection.debugging(quarantinedPages: 0)
        inspection.guardsRuns = false
        let pool = PoolTestMemory.makePool(pages: 8, inspection: inspection)
        let first = try pool.reference.allocate(
          pages: 2, contents: .uninitialized, reclaim: .never,
          tag: .here("rx", file: "a/b.swift", line: 7))
        pool.reference.free(first..<first + 2)
        unsafe strayStore(3, to: pool.reference.base + first << 12 + 5000)
        _ = try pool.reference.allocate(pages: 2, contents: .zeroed, reclaim: .never)
      }
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(
      text.contains(
        "Page 1 of the pool was written to while it was free: byte 904 holds 3. "
          + "Its last owner was rx at a/b.swift:7."))
  }

  @Test func aSecondFreeTrapsEvenInQuarantine() async {
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 8, inspection: .debugging())
        let first = try pool.reference.allocate(pages: 2, contents: .zeroed, reclaim: .never)
        pool.reference.free(first..<first + 2)
        pool.reference.free(first + 1..<first + 2)
      }
    }
  }

  @Test(.leavesFrames) func aTrimThatFailsHalfwayIsNoWriteToAFreePage() throws {
    let pool = pool { $0.poisonsFreePages = true }
    pool.reference.free(try taken(pool, pages: 64))
    struct Refusal: Error {}
    #expect(throws: Refusal.self) {
      try pool.reference.trim(keeping: 0) { pages in
        for offset in 0..<4096 { write(pool, page: pages.lowerBound, at: offset, 0) }
        throw Refusal()
      }
    }
    try pool.checkInvariants()
    _ = try taken(pool, pages: 64)
  }

  @Test(.findsStrayWrites) func theWalkLooksIntoTheQuarantineAndLeavesItAsItIs() throws {
    let pool = pool {
      $0.poisonsFreePages = true
      $0.quarantinedPages = 8
    }
    let frames = try taken(pool, pages: 2)
    pool.reference.free(frames)
    try pool.checkInvariants()
    #expect(pool.statistics.quarantinedPages == 2)
    write(pool, page: frames.lowerBound, 1)
    #expect(throws: PoolInvariantViolation.freePageWasWritten(frame: frames.lowerBound)) {
      try pool.checkInvariants()
    }
  }

  @Test(.leavesFrames) func whatATrimDiscardsHasNoPattern() throws {
    let pool = pool { $0.poisonsFreePages = true }
    pool.reference.free(try taken(pool, pages: 64))
    let trimmed = pool.reference.trim(keeping: 0) { pages in
      for page in pages {
        for offset in 0..<4096 { write(pool, page: page, at: offset, 0) }
      }
    }
    #expect(trimmed == 64)
    try pool.checkInvariants()
    _ = try taken(pool, pages: 64)
  }
}

extension Trait where Self == ConditionTrait {
  /// Under the address sanitizer the walk leaves stray writes to the sanitizer.
  fileprivate static var findsStrayWrites: ConditionTrait {
    .disabled(
      if: PagePool.hasAddressSanitizer, "the address sanitizer looks for stray writes itself")
  }
}
