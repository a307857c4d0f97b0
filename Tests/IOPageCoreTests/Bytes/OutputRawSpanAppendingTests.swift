import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct OutputRawSpanAppendingTests {
  @Test func aHeaderAndItsPayload() throws {
    let pool = PoolTestMemory.makePool(pages: 2, contents: .unknown)
    let payload = try PageBuffer(copying: [1, 2, 3], from: pool)
    let frame = try PageBuffer(capacity: 100, from: pool) { output in
      output.append(UInt16(0x0800), .bigEndian)
      output.append(UInt32(0x0102_0304), .littleEndian)
      output.append(copying: payload.bytes)
      output.append(copying: payload.bytes(in: 1..<1))
    }
    #expect(frame.hexString == "080004030201010203")
  }

  @Test func whatDoesNotFitTraps() async {
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 2)
        _ = try PageBuffer(capacity: 3, from: pool) { $0.append(UInt32(1), .bigEndian) }
      }
    }
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 2)
        let source = try PageBuffer(count: 4, from: pool)
        _ = try PageBuffer(capacity: 3, from: pool) { $0.append(copying: source.bytes) }
      }
    }
  }
}
