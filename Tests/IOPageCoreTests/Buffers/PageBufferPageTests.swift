import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct PageBufferPageTests {
  /// Alignment is checked first, as `of_cstruct_exn` does; nothing is lost.
  @Test func onlyWholePagesBecomePages() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var buffer = PageBuffer(try pool.allocate(pages: 4))
    buffer.removeFirst(1)
    check(&buffer, is: .notPageAligned)
    buffer.removeLast(4095)
    check(&buffer, is: .notPageAligned)
    buffer.removeFirst(4095)
    check(&buffer, is: .notWholePages)
    buffer.removeLast(1)
    let pages = try buffer.takePages()
    #expect(pages.pageCount == 2)
    #expect(pool.statistics.allocatedPages == 2)
  }

  private func check(_ buffer: inout PageBuffer, is expected: AdoptionError) {
    let before = buffer.count
    do throws(AdoptionError) {
      _ = try buffer.takePages()
      Issue.record("The buffer became pages.")
    } catch {
      #expect(error == expected)
    }
    let after = buffer.count
    #expect(after == before)
  }

  /// Whatever a buffer had, once it is empty it is as if it were new.
  @Test func emptiedBuffersLieNowhere() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let view = try pool.limited(to: 2)
    var first = try PageBuffer(count: 10, from: view)
    var second = first.takeFirst(10)
    let third = second.takeLast(10)
    for empty in 0..<2 {
      let page = try empty == 0 ? first.takePages() : second.takePages()
      let facts = (page.pageCount, page.isFrom(pool))
      #expect(facts == (0, false))
      let bytes = unsafe page.release()
      let again = try unsafe IOPage(adopting: bytes, from: pool)
      #expect(again.pageCount == 0)
    }
    let isAligned = first.isAligned(to: 4096)
    #expect(isAligned)
    let count = third.count
    #expect(count == 10)
  }

  /// A page that was split and joined again is whole again.
  @Test func joinedPagesAreWhole() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var buffer = PageBuffer(try pool.allocate(pages: 2))
    var tail = buffer.takeLast(5000)
    check(&buffer, is: .notWholePages)
    let isJoined = buffer.join(&tail)
    #expect(isJoined)
    let pages = try buffer.takePages()
    #expect(pages.pageCount == 2)
  }
}
