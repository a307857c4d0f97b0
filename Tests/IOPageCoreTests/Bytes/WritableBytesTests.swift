import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct WritableBytesTests {
  @Test func writesGoWhereTheyShould() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    var buffer = PageBuffer(try pool.allocate(pages: 1))
    let before = buffer.takeFirst(100)
    let behind = buffer.takeLast(100)
    buffer[0] = 1
    buffer[buffer.count - 1] = 2
    var span = buffer.mutableBytes
    span.storeBytes(of: 3, toByteOffset: 1, as: UInt8.self)
    var part = buffer.mutableBytes(in: 2..<3)
    part.storeBytes(of: 4, toByteOffset: 0, as: UInt8.self)
    unsafe buffer.withUnsafeMutableBytes { unsafe $0[3] = 5 }
    let written = (0..<5).map { buffer[$0] }
    #expect(written == [1, 3, 4, 5, 0])
    let last = buffer[buffer.count - 1]
    #expect(last == 2)
    // The neighbours have nothing of it.
    let neighbours = (0..<100).reduce(0) { $0 + Int(before[$1]) + Int(behind[$1]) }
    #expect(neighbours == 0)
  }

  @Test func copyingFromAnything() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    var buffer = try PageBuffer(count: 12, from: pool)
    buffer.copyBytes(from: [1, 2])
    buffer.copyBytes(from: stride(from: UInt8(3), to: 5, by: 1), at: 2)
    buffer.copyBytes(from: "ab".utf8, at: 4)
    buffer.copyBytes(from: "cd".utf8.span, at: 6)
    let other = try PageBuffer(copying: [7, 8], from: pool)
    buffer.copyBytes(from: other.bytes, at: 8)
    buffer.copyBytes(from: [], at: 12)
    buffer.fill(10..<12, with: 0xee)
    let bytes = (0..<12).map { buffer[$0] }
    #expect(bytes == [1, 2, 3, 4, 0x61, 0x62, 0x63, 0x64, 7, 8, 0xee, 0xee])
    buffer.fill(with: 0x55)
    let filled = (0..<12).allSatisfy { buffer[$0] == 0x55 }
    #expect(filled)
  }

  /// Places that overlap, in either direction, as an array moves them.
  @Test(arguments: [(0..<6, 2), (2..<8, 0), (0..<0, 8), (3..<5, 3), (0..<8, 0)])
  func movingWithin(range: Range<Int>, offset: Int) throws {
    let pool = PoolTestMemory.makePool(pages: 2)
    var model = (1...8).map { UInt8($0) }
    var buffer = try PageBuffer(copying: model, from: pool)
    buffer.moveBytes(in: range, to: offset)
    model.replaceSubrange(offset..<offset + range.count, with: Array(model[range]))
    let isEqual = buffer.isEqual(to: model.span)
    #expect(isEqual)
  }

  @Test func movingOutsideTraps() async {
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 2)
        var buffer = try PageBuffer(count: 8, from: pool)
        buffer.moveBytes(in: 0..<6, to: 3)
      }
    }
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 2)
        var buffer = try PageBuffer(count: 8, from: pool)
        buffer.moveBytes(in: 4..<9, to: 0)
      }
    }
  }

  @Test func outsideTraps() async {
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 4)
        var buffer = try PageBuffer(count: 10, from: pool)
        buffer[10] = 1
      }
    }
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 4)
        var buffer = try PageBuffer(count: 10, from: pool)
        buffer.fill(9..<11, with: 1)
      }
    }
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 4)
        var buffer = try PageBuffer(count: 10, from: pool)
        _ = buffer.mutableBytes(in: 0..<11).byteCount
      }
    }
  }

  /// Another process looks at what was written before the trap: nothing.
  @Test(arguments: [0, 1])
  func whatDoesNotFitIsNotWritten(kind: Int) async throws {
    let file = try TemporaryPage()
    await #expect(processExitsWith: .trap) { [path = file.path as String, kind = kind as Int] in
      trapping {
        let pool = PoolTestMemory.makePool(overFile: path)
        var buffer = try PageBuffer(count: 10, from: pool, contents: .uninitialized)
        buffer[0] = 42
        if kind == 0 {
          buffer.copyBytes(from: [UInt8](repeating: 0xff, count: 11))
        } else {
          buffer.copyBytes(from: stride(from: UInt8(0xf0), to: 0xfb, by: 1))
        }
      }
    }
    let bytes = try file.bytes()
    #expect(bytes[0] == 42)
    #expect(bytes[1...].allSatisfy { $0 == 0 })
  }
}
