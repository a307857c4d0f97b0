import IORings
import Testing

@Suite struct FixedBufferSlicesTests {
  static let gibibyte = 1 << 30

  @Test(
    arguments: zip(
      [4096, gibibyte - 4096, gibibyte, gibibyte + 4096, 3 * gibibyte],
      [1, 1, 1, 2, 3]))
  func coversTheRunWithoutGapsInPiecesTheKernelTakes(byteCount: Int, count: Int) {
    let slices = FixedBufferSlices(base: 0x7000_0000_0000, byteCount: byteCount)
    #expect(slices.count == count)
    var end = 0
    for index in 0..<slices.count {
      #expect(slices[index].lowerBound == end)
      #expect(slices[index].count <= FixedBufferSlices.largestByteCount)
      end = slices[index].upperBound
    }
    #expect(end == byteCount)
  }

  @Test func anEmptyRunHasNoSlices() {
    #expect(FixedBufferSlices(base: 4096, byteCount: 0).count == 0)
  }

  @Test func findsTheSliceThatHoldsABuffer() {
    let slices = FixedBufferSlices(base: 0x4000_0000, byteCount: 2 * Self.gibibyte + 8192)
    let base = slices.base
    let gibibyte = UInt(Self.gibibyte)
    #expect(slices.index(holding: base, byteCount: 4096) == 0)
    #expect(slices.index(holding: base + gibibyte - 4096, byteCount: 4096) == 0)
    #expect(slices.index(holding: base + gibibyte, byteCount: Self.gibibyte) == 1)
    #expect(slices.index(holding: base + 2 * gibibyte + 4096, byteCount: 4096) == 2)
  }

  @Test func refusesWhatNoSingleSliceHolds() {
    let slices = FixedBufferSlices(base: 0x4000_0000, byteCount: Self.gibibyte + 4096)
    let base = slices.base
    let end = base + UInt(slices.byteCount)
    #expect(slices.index(holding: base - 4096, byteCount: 4096) == nil, "before the run")
    #expect(slices.index(holding: base - 4096, byteCount: 8192) == nil, "half before the run")
    #expect(slices.index(holding: end, byteCount: 4096) == nil, "behind the run")
    #expect(slices.index(holding: end - 4096, byteCount: 8192) == nil, "half behind the run")
    #expect(slices.index(holding: UInt.max - 4095, byteCount: 4096) == nil, "end of all addresses")
    #expect(slices.index(holding: base, byteCount: slices.byteCount + 4096) == nil, "too long")
    #expect(slices.index(holding: base, byteCount: 0) == nil, "empty")
    #expect(
      slices.index(holding: base + UInt(Self.gibibyte) - 4096, byteCount: 8192) == nil,
      "across a border")
  }
}
