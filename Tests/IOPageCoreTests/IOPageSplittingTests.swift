import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct IOPageSplittingTests {
  @Test(arguments: 0...6)
  func twoParts(middle: Int) throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var page = try pool.allocate(pages: 6)
    for index in 0..<6 { page[index * 4096] = UInt8(index + 1) }
    var halves = page.split(at: middle)
    #expect(halves.head.pageCount == middle)
    #expect(halves.tail.pageCount == 6 - middle)
    if middle > 0 { #expect(halves.head[(middle - 1) * 4096] == UInt8(middle)) }
    if middle < 6 { #expect(halves.tail[0] == UInt8(middle + 1)) }
    #expect(pool.statistics.allocatedPages == 6)
    // Replacing a part drops it: its pages are back, the other's are not.
    halves.head = try pool.allocate(pages: 0)
    #expect(pool.statistics.allocatedPages == 6 - middle)
    _ = consume halves
    #expect(pool.statistics.freeBlocks[3] == 1)
  }

  @Test func anEmptyRunGivesEmptyParts() throws {
    let pool = PoolTestMemory.makePool(pages: 1)
    let halves = try pool.allocate(pages: 0).split(at: 0)
    #expect(halves.head.pageCount + halves.tail.pageCount == 0)
  }

  @Test(arguments: [0..<8, 0..<1, 7..<8, 3..<5, 4..<4])
  func subRunsAreExact(range: Range<Int>) throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let page = try pool.allocate(pages: 8)
    let first = page.pageNumber
    let part = page.extracting(range)
    #expect(part.pageCount == range.count)
    if !range.isEmpty { #expect(part.pageNumber == first + range.lowerBound) }
    #expect(pool.statistics.allocatedPages == range.count)
    try pool.checkInvariants()
  }

  @Test func singlePagesInOrder() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let page = try pool.allocate(pages: 5)
    let first = page.pageNumber
    let storage = UnsafeMutableBufferPointer<IOPage>.allocate(capacity: 5)
    defer { unsafe storage.deallocate() }
    var span = unsafe OutputSpan(buffer: storage, initializedCount: 0)
    page.split(into: &span)
    #expect(span.count == 5)
    for index in 0..<5 { #expect(span[index].pageNumber == first + index) }
    // No part pins another: each gives back its own page.
    for left in (0..<5).reversed() {
      span.removeLast(1)
      #expect(pool.statistics.allocatedPages == left)
    }
    #expect(pool.statistics.freeBlocks[3] == 1)
  }

  @Test func outsideTraps() async {
    await #expect(processExitsWith: .trap) {
      let page = try PoolTestMemory.makePool(pages: 4).allocate(pages: 3)
      _ = page.split(at: 4)
    }
    await #expect(processExitsWith: .trap) {
      let page = try PoolTestMemory.makePool(pages: 4).allocate(pages: 3)
      _ = page.extracting(1..<4)
    }
  }
}
