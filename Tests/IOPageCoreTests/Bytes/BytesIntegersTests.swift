import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct BytesIntegersTests {
  /// Every width, order and place, against bytes put together by hand.
  @Test func integersInEitherOrder() throws {
    let seed = TestSeed.choose(for: "integersInEitherOrder")
    var random = SplitMix64(seed: seed)
    let pool = PoolTestMemory.makePool(pages: 4)
    var buffer = try PageBuffer(count: 40, from: pool)
    var model = [UInt8](repeating: 0, count: 40)
    for _ in 0..<2000 {
      check(UInt8(truncatingIfNeeded: random.next()), &buffer, &model, &random)
      check(Int16(truncatingIfNeeded: random.next()), &buffer, &model, &random)
      check(UInt32(truncatingIfNeeded: random.next()), &buffer, &model, &random)
      check(random.next(), &buffer, &model, &random)
      check(UInt128(random.next()) << 64 | UInt128(random.next()), &buffer, &model, &random)
    }
    let isEqual = buffer.isEqual(to: model.span)
    #expect(isEqual)
    let frozen = buffer.freeze()
    #expect(
      frozen.load(fromByteOffset: 3, as: UInt16.self, .bigEndian) == UInt16(model[3]) << 8
        | UInt16(model[4]))
  }

  private func check<Value: FixedWidthInteger & BitwiseCopyable>(
    _ value: Value, _ buffer: inout PageBuffer, _ model: inout [UInt8],
    _ random: inout SplitMix64
  ) {
    let size = MemoryLayout<Value>.size
    let offset = random.number(in: 0...40 - size)
    let isBig = random.once(in: 2)
    buffer.storeBytes(
      of: value, toByteOffset: offset, as: Value.self, isBig ? .bigEndian : .littleEndian)
    for index in 0..<size {
      let shift = 8 * (isBig ? size - 1 - index : index)
      model[offset + index] = UInt8(truncatingIfNeeded: value >> shift)
    }
    let loaded = buffer.load(
      fromByteOffset: offset, as: Value.self, isBig ? .bigEndian : .littleEndian)
    #expect(loaded == value)
    let bytes = (0..<size).map { buffer[offset + $0] }
    #expect(bytes == Array(model[offset..<offset + size]))
  }

  @Test(arguments: [-1, 9, 10, .max, .min, .max - 1])
  func outsideTraps(offset: Int) async {
    await #expect(processExitsWith: .trap) { [offset = offset as Int] in
      trapping {
        let pool = PoolTestMemory.makePool(pages: 4)
        let buffer = try PageBuffer(count: 10, from: pool)
        _ = buffer.load(fromByteOffset: offset, as: UInt16.self, .bigEndian)
      }
    }
    await #expect(processExitsWith: .trap) { [offset = offset as Int] in
      trapping {
        let pool = PoolTestMemory.makePool(pages: 4)
        var buffer = try PageBuffer(count: 10, from: pool)
        buffer.storeBytes(of: 1, toByteOffset: offset, as: UInt16.self)
      }
    }
  }

  /// A value that is wider than all of the bytes.
  @Test func tooFewBytesTrap() async {
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 4)
        let shared = try PageBuffer(count: 1, from: pool).freeze()
        _ = shared.load(fromByteOffset: 0, as: UInt64.self)
      }
    }
  }
}
