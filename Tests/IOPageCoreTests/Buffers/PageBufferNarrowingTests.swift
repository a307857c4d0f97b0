import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct PageBufferNarrowingTests {
  /// Pages go back with their last byte, not before and not later.
  @Test func pagesWithoutBytesGoBackAtOnce() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var buffer = PageBuffer(try pool.allocate(pages: 4))
    for (length, pagesOut) in [(4095, 4), (1, 3), (4096, 2), (1, 2)] {
      buffer.removeFirst(length)
      #expect(pool.statistics.allocatedPages == pagesOut)
    }
    for (length, pagesOut) in [(4095, 2), (1, 1), (4094, 1), (1, 0)] {
      buffer.removeLast(length)
      #expect(pool.statistics.allocatedPages == pagesOut)
    }
    let isEmpty = buffer.isEmpty
    #expect(isEmpty)
  }

  @Test(arguments: [0..<16384, 1..<2, 4096..<8192, 4095..<8193, 100..<100, 16384..<16384])
  func keepsARange(range: Range<Int>) throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var buffer = PageBuffer(try pool.allocate(pages: 4))
    if let first = range.first { buffer[first] = 9 }
    let part = buffer.extracting(range)
    let count = part.count
    #expect(count == range.count)
    if !range.isEmpty { #expect(part[0] == 9) }
    let pages = range.isEmpty ? 0 : range.last! / 4096 - range.first! / 4096 + 1
    #expect(pool.statistics.allocatedPages == pages)
  }

  @Test func outsideTraps() async {
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 8)
        var buffer = try PageBuffer(count: 10, from: pool)
        buffer.removeFirst(11)
      }
    }
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 8)
        var buffer = try PageBuffer(count: 10, from: pool)
        buffer.removeLast(-1)
      }
    }
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 8)
        _ = try PageBuffer(count: 10, from: pool).extracting(5..<11)
      }
    }
  }
}
