import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct ReadableBytesComparingTests {
  @Test func asArraysAreCompared() throws {
    let seed = TestSeed.choose(for: "asArraysAreCompared")
    var random = SplitMix64(seed: seed)
    let pool = PoolTestMemory.makePool(pages: 8)
    for _ in 0..<500 {
      let left = (0..<random.number(in: 0...4)).map { _ in UInt8(random.number(below: 3)) &* 127 }
      let right = (0..<random.number(in: 0...4)).map { _ in UInt8(random.number(below: 3)) &* 127 }
      let first = try PageBuffer(copying: left.span, from: pool)
      let second = try PageBuffer(copying: right.span, from: pool)
      let results = (first == second, first != second, first < second)
      #expect(results == (left == right, left != right, left.lexicographicallyPrecedes(right)))
      var hashes = (Hasher(), Hasher())
      first.hash(into: &hashes.0)
      second.hash(into: &hashes.1)
      if left == right { #expect(hashes.0.finalize() == hashes.1.finalize()) }
      let shared = (first.freeze(), second.freeze())
      #expect((shared.0 == shared.1) == (left == right))
      #expect((shared.0 < shared.1) == left.lexicographicallyPrecedes(right))
      #expect(Set([shared.0, shared.1]).count == (left == right ? 1 : 2))
    }
  }

  @Test func pagesAreComparedByContent() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var first = try pool.allocate(pages: 1)
    let second = try pool.allocate(pages: 1)
    let before = first == second
    first[4095] = 1
    let after = (first == second, second < first)
    #expect(before)
    #expect(after == (false, true))
  }

  /// Bytes that begin alike differ in their number: 0 and no byte at all are not the same.
  @Test func lengthCounts() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let zero = try PageBuffer(count: 1, from: pool).freeze()
    #expect(zero != SharedPageBuffer())
    #expect(SharedPageBuffer() < zero)
    #expect(SharedPageBuffer() == SharedPageBuffer())
  }
}
