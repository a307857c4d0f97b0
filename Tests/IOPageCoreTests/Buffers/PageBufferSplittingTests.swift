import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct PageBufferSplittingTests {
  /// Header and payload of a frame, at the addresses where they were received.
  @Test func noByteMoves() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let bytes = (0..<64).map { UInt8($0) }
    let frame = try PageBuffer(copying: bytes.span, from: pool)
    // Only compared.
    let start = unsafe UInt(bitPattern: frame.baseAddress)
    let halves = frame.split(at: 14)
    let places = unsafe (
      UInt(bitPattern: halves.head.baseAddress), UInt(bitPattern: halves.tail.baseAddress)
    )
    #expect(places == (start, start + 14))
    let counts = (halves.head.count, halves.tail.count, halves.tail[0])
    #expect(counts == (14, 50, 14))
    #expect(pool.statistics.allocatedPages == 1)
  }

  @Test func onlyNeighboursAreJoined() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let other = PoolTestMemory.makePool(pages: 8)
    var buffer = try PageBuffer(count: 100, from: pool)
    var second = buffer.takeLast(60)
    var third = second.takeLast(30)
    let overAGap = buffer.join(&third)
    let backwards = second.join(&buffer)
    var foreign = try PageBuffer(count: 10, from: other)
    let ofAnotherPool = buffer.join(&foreign)
    #expect(!overAGap && !backwards && !ofAnotherPool)
    let unchanged = (buffer.count, second.count, third.count, foreign.count)
    #expect(unchanged == (40, 30, 30, 10))
    let first = buffer.join(&second)
    let rest = buffer.join(&third)
    #expect(first && rest)
    let counts = (buffer.count, second.count, third.count)
    #expect(counts == (100, 0, 0))
    // Emptied buffers can be used again.
    second = try PageBuffer(count: 1, from: pool)
    #expect(pool.statistics.allocatedPages == 2)
  }

  /// Two runs that happen to lie side by side are one run to the buddy as well.
  @Test func runsSideBySideAreJoined() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var first = PageBuffer(try pool.allocate(pages: 1))
    var second = PageBuffer(try pool.allocate(pages: 1))
    let isJoined = first.join(&second)
    #expect(isJoined)
    let pages = try first.takePages()
    #expect(pages.pageCount == 2)
    _ = consume pages
    #expect(pool.statistics.freeBlocks[3] == 1)
  }

  @Test func outsideTraps() async {
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 8)
        _ = try PageBuffer(count: 10, from: pool).split(at: 11)
      }
    }
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 8)
        var buffer = try PageBuffer(count: 10, from: pool)
        _ = buffer.takeFirst(-1)
      }
    }
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 8)
        var buffer = try PageBuffer(count: 10, from: pool)
        _ = buffer.takeLast(11)
      }
    }
  }
}
