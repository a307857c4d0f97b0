import IOPageCore
import MemoryTestSupport
import Testing

/// What reads is the same for pages and for both buffers, and keeps to the bounds of the value, not
/// of the page behind it.
@Suite(.leavesNoPages) struct ReadableBytesTests {
  @Test func bytesAndRanges() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    try check(PageBuffer(copying: [1, 2, 3, 4, 5], from: pool))
    try check(PageBuffer(copying: [1, 2, 3, 4, 5], from: pool).freeze())
    var buffer = try PageBuffer(copying: [9, 1, 2, 3, 4, 5, 9], from: pool)
    buffer.removeFirst(1)
    buffer.removeLast(1)
    check(buffer)
  }

  private func check(_ value: borrowing some ReadableBytes & ~Copyable) {
    let bytes = (0..<5).map { value[$0] }
    #expect(bytes == [1, 2, 3, 4, 5])
    let middle = value.bytes(in: 1..<4)
    let ends = unsafe (
      middle.byteCount, middle.unsafeLoad(fromByteOffset: 0, as: UInt8.self),
      middle.unsafeLoad(fromByteOffset: 2, as: UInt8.self)
    )
    #expect(ends == (3, 2, 4))
    let sum = unsafe value.withUnsafeBytes { bytes in unsafe bytes.reduce(0) { $0 + Int($1) } }
    #expect(sum == 15)
  }

  @Test func alignment() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    var buffer = try PageBuffer(count: 4096, from: pool)
    let alignments = [1, 512, 4096].map { buffer.isAligned(to: $0) }
    #expect(alignments == [true, true, true])
    buffer.removeFirst(512)
    let after = [1, 512, 1024].map { buffer.isAligned(to: $0) }
    #expect(after == [true, true, false])
  }

  @Test func errorsOfTheBodyPassThrough() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    let buffer = try PageBuffer(count: 1, from: pool)
    let error = #expect(throws: AdoptionError.self) {
      try unsafe buffer.withUnsafeBytes { _ throws(AdoptionError) in throw .shared }
    }
    #expect(error == .shared)
  }

  /// The page goes on behind the buffer; the buffer does not.
  @Test func outsideTraps() async {
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 4)
        let buffer = try PageBuffer(count: 10, from: pool)
        _ = buffer[10]
      }
    }
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 4)
        let shared = try PageBuffer(count: 10, from: pool).freeze()
        _ = shared[-1]
      }
    }
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 4)
        let buffer = try PageBuffer(count: 10, from: pool)
        _ = buffer.bytes(in: 5..<11).byteCount
      }
    }
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 4)
        _ = try PageBuffer(count: 10, from: pool).isAligned(to: 0)
      }
    }
  }
}
