import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct PagePoolAllocateTests {
  @Test func noPagesNeverFail() throws {
    let pool = PoolTestMemory.makePool(pages: 1)
    let all = try pool.allocate(pages: 1)
    let none = try pool.allocate(pages: 0)
    #expect(none.isEmpty == true)
    #expect(all.pageCount == 1)
  }

  @Test func pagesAreZeroUnlessToldOtherwise() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    do {
      var page = try pool.allocate(pages: 4)
      page.fill(with: 0xee)
    }
    do {
      let page = try pool.allocate(pages: 4, contents: .uninitialized)
      #expect(page[16383] == 0xee)
    }
    let page = try pool.allocate(order: 2)
    for offset in 0..<page.byteCount where page[offset] != 0 {
      Issue.record("Byte \(offset) is not zero.")
    }
  }

  @Test func orderBeyondTheRegionIsATypedError() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    for order in [3, 20, 62, 63, 64, Int.max] {
      do throws(OutOfMemory) {
        let page = try pool.allocate(order: order)
        Issue.record("Order \(order) gave \(page.pageCount) pages.")
      } catch {
        #expect(error.reason == .largerThanRegion)
        #expect(error.requestedOrder == order)
      }
    }
  }

  @Test func singlePagesFillTheCallersContainer() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let storage = UnsafeMutableBufferPointer<IOPage>.allocate(capacity: 8)
    defer { unsafe storage.deallocate() }
    var span = unsafe OutputSpan(buffer: storage, initializedCount: 0)
    try pool.allocate(singlePages: 3, into: &span)
    do throws(OutOfMemory) {
      _ = try pool.allocate(pages: 4)
      try pool.allocate(singlePages: 2, into: &span, reclaim: .never)
      #expect(span.count == 5)
    } catch {
      Issue.record("Enough pages are free: \(error)")
    }
    let rest = try pool.allocate(pages: 2)
    do throws(OutOfMemory) {
      span.removeLast(2)
      try pool.allocate(singlePages: 4, into: &span)
      Issue.record("Four pages are not free.")
    } catch {
      #expect(error.reason == .exhausted)
      #expect(error.requestedPages == 4)
    }
    #expect(span.count == 3)
    span.removeAll()
    #expect(pool.statistics.allocatedPages == rest.pageCount)
  }

  @Test func negativeCountsTrap() async {
    await #expect(processExitsWith: .trap) {
      _ = try PoolTestMemory.makePool(pages: 4).allocate(pages: -1)
    }
    await #expect(processExitsWith: .trap) {
      _ = try PoolTestMemory.makePool(pages: 4).allocate(order: -1)
    }
  }

  @Test func aContainerWithoutRoomTraps() async {
    await #expect(processExitsWith: .trap) {
      let pool = PoolTestMemory.makePool(pages: 8)
      let storage = UnsafeMutableBufferPointer<IOPage>.allocate(capacity: 1)
      var span = unsafe OutputSpan(buffer: storage, initializedCount: 0)
      try pool.allocate(singlePages: 2, into: &span)
    }
  }
}
