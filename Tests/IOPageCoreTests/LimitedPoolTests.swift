import IOPageCore
import MemoryTestSupport
import Testing

/// What a request failed with.
private func refusal(_ body: () throws(OutOfMemory) -> Void) -> OutOfMemory? {
  do throws(OutOfMemory) {
    try body()
    return nil
  } catch {
    return error
  }
}

/// The view that a test has just made is not there.
private struct NoView: Error {}

@Suite(.leavesNoPages) struct LimitedPoolTests {
  @Test func aRequestBeyondTheLimitIsRefusedAtOnce() throws {
    let pool = PoolTestMemory.makePool(pages: 64)
    let token = pool.onPressure { _ in
      Issue.record("Nobody is asked for memory that the client may not have.")
      return 0
    }
    let view = try pool.limited(to: 10)
    let run = try view.allocate(pages: 5)
    let block = try view.allocate(order: 2)
    #expect(view.allocatedPages == 9)
    let failure = refusal { () throws(OutOfMemory) in _ = try view.allocate(pages: 2) }
    #expect(
      failure
        == OutOfMemory(
          requestedPages: 2, requestedOrder: 1, freePages: 55, largestFreeOrder: 5,
          reason: .limit, limit: OutOfMemory.Limit(pages: 10, pagesOut: 9)))
    #expect(failure?.description.contains("of 10 page(s), 9 of them out") == true)
    #expect(pool.statistics.failures == 1)
    let last = try view.allocate(pages: 1)
    #expect(view.allocatedPages == 10)
    _ = consume run
    #expect(view.allocatedPages == 5)
    _ = consume block
    _ = consume last
    #expect(view.allocatedPages == 0)
    #expect(pool.statistics.freePages == 64)
    _ = consume token
  }

  @Test func aReserveIsThereWhateverOthersDo() throws {
    let pool = PoolTestMemory.makePool(pages: 64)
    let view = try pool.limited(to: 20, reserving: 16)
    var others: IOPage? = try pool.allocate(pages: 48)
    #expect(others?.pageCount == 48)
    let failure = refusal { () throws(OutOfMemory) in _ = try pool.allocate(order: 0) }
    #expect(failure?.reason == .exhausted)
    #expect(failure?.freePages == 0)
    #expect(pool.statistics.freePages == 16)
    for _ in 0..<3 {
      for _ in 0..<16 {
        let page = try view.allocate(pages: 1)
        #expect(view.allocatedPages == page.pageCount)
        // What comes back covers the reserve again, and nobody else gets it.
        let failure = refusal { () throws(OutOfMemory) in _ = try pool.allocate(pages: 1) }
        #expect(failure?.reason == .exhausted)
      }
    }
    let all = try view.allocate(order: 4)
    #expect(all.pageCount == 16)
    // The limit leaves room for four more, of which there are none.
    let more = refusal { () throws(OutOfMemory) in _ = try view.allocate(pages: 1) }
    #expect(more?.reason == .exhausted)
    others = nil
    _ = consume all
    #expect(pool.statistics.freePages == 64)
    try pool.checkInvariants()
  }

  @Test func whatCannotBeSetAsideIsRefused() throws {
    let pool = PoolTestMemory.makePool(pages: 64)
    let held = try pool.allocate(pages: 20)
    let first = try pool.limited(to: 30, reserving: 30)
    let failure = refusal { () throws(OutOfMemory) in _ = try pool.limited(to: 99, reserving: 15) }
    #expect(failure?.reason == .exhausted)
    #expect(failure?.requestedPages == 15)
    #expect(failure?.freePages == 14)
    // The refusal has left nothing behind, and the rest can be had.
    let second = try pool.limited(to: 99, reserving: 14)
    let third = refusal { () throws(OutOfMemory) in _ = try pool.allocate(pages: 1) }
    #expect(third?.reason == .exhausted)
    _ = consume second
    let rest = try pool.allocate(pages: 14)
    #expect(rest.pageCount == 14)
    #expect(first.allocatedPages == 0)
    #expect(held.pageCount == 20)
    #expect(
      refusal { () throws(OutOfMemory) in _ = try pool.limited(to: 65, reserving: 65) }?.reason
        == .largerThanRegion)
  }

  @Test func reclaimersAreAskedForAReserve() throws {
    let pool = PoolTestMemory.makePool(pages: 16)
    let held = try pool.allocate(pages: 8)
    let first = held.pageNumber
    _ = unsafe held.release()
    let reference = pool.reference
    let token = pool.onPressure { _ in
      guard reference.claimRawBlock(first..<first + 8) else { return 0 }
      reference.free(first..<first + 8)
      return 8
    }
    let view = try pool.limited(to: 16, reserving: 12)
    #expect(view.reserve == 12 && view.limit == 16)
    _ = consume token
  }

  @Test func pagesOutliveTheViewAndThePool() throws {
    let released = PoolTestMemory.Flag()
    var pool: PagePool? = PoolTestMemory.makePool(pages: 64, released: released)
    var view = try pool?.limited(to: 32, reserving: 32)
    var page = try view?.allocate(pages: 4)
    view = nil
    // The reserve is over.
    let count = try pool?.allocate(pages: 32).pageCount
    #expect(count == 32)
    pool = nil
    #expect(!released.isSet)
    page?.fill(with: 9)
    // Drops all but one page, then that one.
    page = page.take()?.extracting(1..<2)
    let first = page?[0]
    #expect(first == 9)
    #expect(!released.isSet)
    page = nil
    #expect(released.isSet)
  }

  @Test func aViewKeepsThePoolOpen() throws {
    let released = PoolTestMemory.Flag()
    var pool: PagePool? = PoolTestMemory.makePool(pages: 4, released: released)
    var view = try pool?.limited(to: 4)
    pool = nil
    let count = try view?.allocate(pages: 4).pageCount
    #expect(count == 4)
    #expect(!released.isSet)
    view = nil
    #expect(released.isSet)
  }

  @Test func pagesOfAViewAreOrdinaryOnes() throws {
    let pool = PoolTestMemory.makePool(pages: 64)
    let other = PoolTestMemory.makePool(pages: 4)
    let view = try pool.limited(to: 64)
    let page = try view.allocate(pages: 8)
    #expect(page.isFrom(pool) == true)
    #expect(page.isFrom(other) == false)
    #expect(page.pageNumber == 0)
    #expect(page.regionOffset == 0)
    let middle = page.extracting(2..<5)
    #expect(middle.pageNumber == 2)
    #expect(view.allocatedPages == 3)
    let empty = middle.extracting(1..<1)
    #expect(empty.isFrom(pool) == true)
    #expect(view.allocatedPages == 0)
    let none = try view.allocate(pages: 0)
    #expect(none.isEmpty == true)
    #expect(pool.statistics.freePages == 64)
  }

  @Test func anEmptyPageMayOutliveEverything() throws {
    var pool: PagePool? = PoolTestMemory.makePool(pages: 4)
    var view = try pool?.limited(to: 4)
    guard let empty = try view?.allocate(pages: 2).extracting(0..<0) else { throw NoView() }
    view = nil
    pool = nil
    let another = PoolTestMemory.makePool(pages: 4)
    #expect(empty.isFrom(another) == false)
    #expect(empty.isEmpty == true)
    #expect(empty.pageNumber == 0)
  }

  /// Pages that are owned through an address stay on the account, or the reserve could not be kept.
  @Test func releasedPagesStayOnTheAccount() throws {
    let pool = PoolTestMemory.makePool(pages: 16)
    var view: LimitedPool? = try pool.limited(to: 12, reserving: 8)
    guard let page = try view?.allocate(pages: 8) else { throw NoView() }
    let bytes = unsafe page.release()
    #expect(view?.allocatedPages == 8)
    let adopted = try unsafe IOPage(adopting: bytes, from: pool)
    _ = consume adopted
    #expect(view?.allocatedPages == 8)
    #expect(pool.statistics.freePages == 16)
    // All of it is for everybody now: the client has used its reserve up.
    let all = try pool.allocate(order: 4).pageCount
    view = nil
    let again = try pool.allocate(order: 4).pageCount
    #expect(all == 16 && again == 16)
  }

  @Test func releasedPagesMayOutliveTheView() throws {
    let pool = PoolTestMemory.makePool(pages: 16)
    var view: LimitedPool? = try pool.limited(to: 12)
    guard let page = try view?.allocate(pages: 4) else { throw NoView() }
    view = nil
    // The last owner that refers to the account.
    let bytes = unsafe page.release()
    unsafe pool.free(released: bytes)
    #expect(pool.statistics.freePages == 16)
  }

  /// Pages taken on one thread come back to the account on others.
  @Test func pagesComeBackOnAnyThread() throws {
    let pool = PoolTestMemory.makePool(pages: 64)
    let view = try pool.limited(to: 8, reserving: 8)
    onThreads(4) { index in
      var random = SplitMix64(seed: UInt64(index))
      for _ in 0..<3000 {
        // Each has at most two at once, so that the limit is never reached.
        do throws(OutOfMemory) {
          _ = try view.allocate(order: random.number(below: 2), contents: .uninitialized)
        } catch {
          Issue.record("\(error)")
        }
      }
    }
    #expect(view.allocatedPages == 0)
    #expect(pool.statistics.freePages == 64)
  }
}
