import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct PageBufferTests {
  @Test func aPageBecomesABufferAndBack() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var page = try pool.allocate(pages: 3)
    page[5000] = 7
    // Only compared.
    let address = unsafe page.baseAddress
    let offset = page.regionOffset
    var buffer = PageBuffer(page)
    let count = buffer.count
    #expect(count == 3 * 4096)
    let place = unsafe (buffer.baseAddress == address, buffer.regionOffset == offset)
    #expect(place == (true, true))
    #expect(buffer[5000] == 7)
    let again = try buffer.takePages()
    let same = unsafe (again.baseAddress == address, again.pageCount, again.isFrom(pool))
    #expect(same == (true, 3, true))
    let isEmpty = buffer.isEmpty
    #expect(isEmpty)
    #expect(pool.statistics.allocatedPages == 3)
  }

  /// The size of three words, and an optional one costs nothing more.
  @Test func aBufferIsThreeWords() {
    #expect(MemoryLayout<PageBuffer>.size == 24)
    #expect(MemoryLayout<PageBuffer?>.size == 24)
  }

  @Test func emptyBuffersOwnNothing() throws {
    let empty = PageBuffer()
    let facts = (empty.count, empty.isEmpty, empty.regionOffset, empty.bytes.byteCount)
    #expect(facts == (0, true, 0, 0))
    let pool = PoolTestMemory.makePool(pages: 8)
    var buffer = PageBuffer(try pool.allocate(pages: 0))
    let page = try buffer.takePages()
    #expect(page.pageCount == 0)
    var none = PageBuffer()
    let nothing = try none.takePages()
    let nowhere = (nothing.isEmpty, nothing.isFrom(pool))
    #expect(nowhere == (true, false))
    #expect(pool.statistics.allocatedPages == 0)
  }

  /// Parts go to other threads; each is given back where it ends.
  @Test func partsAreSent() throws {
    let pool = PoolTestMemory.makePool(pages: 64)
    for _ in 0..<50 {
      var frame = try PageBuffer(count: 1500, from: pool)
      frame.fill(0..<14, with: 0x11)
      frame.fill(14..<1500, with: 0x22)
      let halves = frame.split(at: 14)
      let header = Guarded(Box(halves.head))
      let payload = Guarded(Box(halves.tail))
      onThreads(2) { thread in
        if thread == 0 {
          header.withLock { box in
            let sum = (0..<14).reduce(0) { $0 + Int(box.buffer[$1]) }
            #expect(sum == 14 * 0x11)
            box.buffer = PageBuffer()
          }
        } else {
          payload.withLock { box in
            #expect(box.buffer[1485] == 0x22)
            box.buffer = PageBuffer()
          }
        }
      }
      #expect(pool.statistics.allocatedPages == 0)
    }
  }

  private final class Box {
    var buffer: PageBuffer
    init(_ buffer: consuming PageBuffer) { self.buffer = buffer }
  }
}
