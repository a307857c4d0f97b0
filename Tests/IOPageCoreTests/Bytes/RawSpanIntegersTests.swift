import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct RawSpanIntegersTests {
  /// A header in the middle of a frame, written and read through spans alone.
  @Test func partsAreReadAndWritten() throws {
    let pool = PoolTestMemory.makePool(pages: 2)
    var frame = try PageBuffer(count: 64, from: pool)
    var header = frame.mutableBytes(in: 14..<34)
    header.storeBytes(of: 0x4500, toByteOffset: 0, as: UInt16.self, .bigEndian)
    header.storeBytes(of: 0x1234_5678, toByteOffset: 3, as: UInt32.self, .littleEndian)
    let written = (14..<21).map { frame[$0] }
    #expect(written == [0x45, 0, 0, 0x78, 0x56, 0x34, 0x12])
    let span = frame.bytes(in: 14..<34)
    let read = (
      span[0], span.load(fromByteOffset: 0, as: UInt16.self, .bigEndian),
      span.load(fromByteOffset: 3, as: UInt32.self, .littleEndian),
      span.load(fromByteOffset: 3, as: UInt32.self)
    )
    #expect(read == (0x45, 0x4500, 0x1234_5678, UInt32(littleEndian: 0x1234_5678)))
  }

  @Test(arguments: [-1, 19, 20, .max])
  func outsideTraps(offset: Int) async {
    await #expect(processExitsWith: .trap) { [offset = offset as Int] in
      trapping {
        let pool = PoolTestMemory.makePool(pages: 2)
        let frame = try PageBuffer(count: 64, from: pool)
        _ = frame.bytes(in: 14..<34).load(fromByteOffset: offset, as: UInt16.self, .bigEndian)
      }
    }
    await #expect(processExitsWith: .trap) { [offset = offset as Int] in
      trapping {
        let pool = PoolTestMemory.makePool(pages: 2)
        var frame = try PageBuffer(count: 64, from: pool)
        var header = frame.mutableBytes(in: 14..<34)
        header.storeBytes(of: 1, toByteOffset: offset, as: UInt16.self, .bigEndian)
      }
    }
  }
}
