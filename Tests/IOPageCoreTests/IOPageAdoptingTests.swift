import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct IOPageAdoptingTests {
  private func error(
    adopting bytes: UnsafeMutableRawBufferPointer, from pool: PagePool
  ) -> AdoptionError? {
    do throws(AdoptionError) {
      _ = try unsafe IOPage(adopting: bytes, from: pool)
      return nil
    } catch {
      return error
    }
  }

  @Test func aReleasedRunComesBackWhole() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var page = try pool.allocate(pages: 3)
    page[100] = 5
    let bytes = unsafe page.release()
    #expect(bytes.count == 3 * 4096)
    #expect(pool.statistics.allocatedPages == 3)
    let back = try unsafe IOPage(adopting: bytes, from: pool)
    #expect(back[100] == 5)
    #expect(back.pageCount == 3)
  }

  @Test func theBuffersPlaceAndLengthAreChecked() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let bytes = unsafe try pool.allocate(pages: 3).release()
    // The alignment is checked first, then the length: Mirage's order.
    #expect(unsafe error(adopting: .init(rebasing: bytes[1..<4097]), from: pool) == .notPageAligned)
    #expect(unsafe error(adopting: .init(rebasing: bytes[1..<5]), from: pool) == .notPageAligned)
    #expect(unsafe error(adopting: .init(rebasing: bytes[0..<5]), from: pool) == .notWholePages)
    #expect(
      unsafe error(adopting: .init(rebasing: bytes[0..<4097]), from: pool) == .notWholePages)
    // Nothing is lost by a refusal.
    #expect(pool.statistics.allocatedPages == 3)
    unsafe pool.free(released: bytes)
    #expect(pool.statistics.allocatedPages == 0)
  }

  @Test func memoryFromElsewhereIsRefused() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let other = PoolTestMemory.makePool(pages: 8)
    let bytes = unsafe try other.allocate(pages: 1).release()
    #expect(unsafe error(adopting: bytes, from: pool) == .notReleasedFromPool)
    let page = try pool.allocate(pages: 1)
    let owned = unsafe UnsafeMutableRawBufferPointer(start: page.baseAddress, count: 4096)
    #expect(unsafe error(adopting: owned, from: pool) == .notReleasedFromPool)
    unsafe other.free(released: bytes)
    #expect(unsafe error(adopting: bytes, from: other) == .notReleasedFromPool)
  }

  @Test func partsMayComeBackOneByOne() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let bytes = unsafe try pool.allocate(pages: 4).release()
    do {
      let middle = try unsafe IOPage(adopting: .init(rebasing: bytes[4096..<8192]), from: pool)
      #expect(middle.pageCount == 1)
    }
    #expect(pool.statistics.allocatedPages == 3)
    unsafe pool.free(released: .init(rebasing: bytes[0..<4096]))
    unsafe pool.free(partOfReleased: .init(rebasing: bytes[12288..<16384]))
    unsafe pool.free(released: .init(rebasing: bytes[8192..<12288]))
    #expect(pool.statistics.freeBlocks[3] == 1)
  }

  @Test func nothingIsAdoptedAsNothing() throws {
    let pool = PoolTestMemory.makePool(pages: 1)
    let empty = try unsafe IOPage(adopting: .init(start: nil, count: 0), from: pool)
    #expect(empty.isEmpty == true)
    let released = unsafe try pool.allocate(pages: 0).release()
    #expect(released.count == 0)
    unsafe pool.free(released: released)
  }
}
