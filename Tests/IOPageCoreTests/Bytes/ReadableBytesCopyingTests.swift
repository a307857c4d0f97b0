import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct ReadableBytesCopyingTests {
  @Test func partsAreCopiedOut() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    let source = try PageBuffer(copying: [1, 2, 3, 4, 5], from: pool).freeze()
    var target = try PageBuffer(count: 3, from: pool)
    var span = target.mutableBytes
    source.copyBytes(to: &span, from: 1)
    #expect(target.hexString == "020304")
    var none = target.mutableBytes(in: 3..<3)
    source.copyBytes(to: &none, from: 5)
    let isEqual = target.isEqual(to: source[1..<4])
    #expect(isEqual)
  }

  @Test func tooFewBytesTrap() async {
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 4)
        let source = try PageBuffer(count: 5, from: pool)
        var target = try PageBuffer(count: 3, from: pool)
        var span = target.mutableBytes
        source.copyBytes(to: &span, from: 3)
      }
    }
  }
}
