import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct ReadableBytesChunksTests {
  @Test(arguments: [1, 2, 3, 7, 9, 10, 11, 5000])
  func everyByteInOneChunk(length: Int) throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let model = (0..<10).map { UInt8($0) }
    var buffer = try PageBuffer(copying: model.span, from: pool)
    var lengths: [Int] = []
    var bytes: [UInt8] = []
    buffer.forEachChunk(ofCount: length) { chunk in
      lengths.append(chunk.byteCount)
      // Borrowed for the time of the copy.
      unsafe chunk.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    #expect(bytes == model)
    #expect(lengths.dropLast().allSatisfy { $0 == length })
    #expect(lengths.count == (10 + length - 1) / length)
    buffer.forEachMutableChunk(ofCount: length) { chunk in
      chunk.storeBytes(of: 0xff, toByteOffset: chunk.byteCount - 1, as: UInt8.self)
    }
    let marked = (0..<10).filter { buffer[$0] == 0xff }
    #expect(marked == (0..<10).filter { $0 % length == length - 1 || $0 == 9 })
    #expect(buffer.freeze().chunks(ofCount: length).map(\.count) == lengths)
  }

  @Test func errorsEndTheWay() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var buffer = try PageBuffer(count: 10, from: pool)
    var calls = 0
    #expect(throws: AdoptionError.shared) {
      try buffer.forEachChunk(ofCount: 3) { _ throws(AdoptionError) in
        calls += 1
        if calls == 2 { throw .shared }
      }
    }
    #expect(throws: AdoptionError.shared) {
      try buffer.forEachMutableChunk(ofCount: 3) { _ throws(AdoptionError) in
        calls += 1
        throw .shared
      }
    }
    #expect(calls == 3)
  }

  @Test func emptyChunksTrap() async {
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 8)
        try PageBuffer(count: 10, from: pool).forEachChunk(ofCount: 0) { _ in }
      }
    }
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 8)
        _ = try PageBuffer(count: 10, from: pool).freeze().chunks(ofCount: 0)
      }
    }
  }
}
