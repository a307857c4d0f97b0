// The tools of the other tests, tested: a shrinker that loses the failure, a generator that never
// frees, or memory that swallows a stray write would make everything else pass for nothing.

import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("Test support")
struct TestSupportTests {
  @Test func theGeneratorIsSplitMix64() {
    // From the reference implementation, xoshiro.di.unimi.it/splitmix64.c.
    var random = SplitMix64(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    for number in expected { #expect(random.next() == number) }
  }

  @Test func drawsStayInTheirRangesAndReachTheEnds() {
    var random = SplitMix64(seed: 7)
    var seen = Set<Int>()
    for _ in 0..<1000 {
      seen.insert(random.number(in: -3...3))
      #expect((1...100).contains(random.size(upTo: 100)))
      #expect((0...4).contains(random.geometric(upTo: 4)))
    }
    #expect(seen == Set(-3...3))
    var elements = Array(0..<100)
    random.shuffle(&elements)
    #expect(elements != Array(0..<100) && elements.sorted() == Array(0..<100))
  }

  /// The random sequences contain every operation with every answer that it can give.
  @Test func randomSequencesReachEveryOutcome() {
    var outcomes = Set<String>()
    for geometry in BuddyModelTests.geometries(frameCounts: [65, 5000]) {
      var generator = OperationGenerator(seed: 42)
      var reference = ReferenceAllocator(
        frameCount: geometry.frameCount, largestOrder: geometry.largestOrder)
      for _ in 0..<200 {
        let operation = generator.next(for: reference)
        let name = "\(operation)".prefix { $0 != "(" }
        switch operation.perform(on: &reference) {
        case .frame: outcomes.insert("\(name) frame")
        case .frames: outcomes.insert("\(name) frames")
        case .invalid(let error): outcomes.insert("\(name) invalid(\(error))")
        case let outcome: outcomes.insert("\(name) \(outcome)")
        }
      }
    }
    #expect(
      outcomes == [
        ".extend done", ".allocateBlock frame", ".allocateBlock noBlock", ".allocateRun frame",
        ".allocateRun noBlock", ".allocateAt done", ".allocateAt refused", ".allocateBatch frames",
        ".allocateBatch noBlock", ".freeBlock done", ".freeBlock invalid(outOfRange)",
        ".freeBlock invalid(misaligned)", ".freeBlock invalid(withheld)",
        ".freeBlock invalid(alreadyFree)", ".freeRun done", ".freeRun invalid(outOfRange)",
        ".freeRun invalid(withheld)", ".freeRun invalid(alreadyFree)", ".freeGroup done",
        ".freeGroup invalid(outOfRange)", ".freeGroup invalid(withheld)",
        ".freeGroup invalid(alreadyFree)", ".withhold done", ".withhold refused", ".release done",
        ".release invalid(outOfRange)", ".release invalid(notWithheld)",
      ])
  }

  /// A fault that needs three operations out of three hundred, in this order.
  @Test func theShrinkerFindsWhatMatters() {
    var generator = OperationGenerator(seed: 1)
    var reference = ReferenceAllocator(frameCount: 500, largestOrder: 8)
    var operations: [BuddyOperation] = []
    for _ in 0..<300 {
      let operation = generator.next(for: reference)
      _ = operation.perform(on: &reference)
      operations.append(operation)
    }
    let needed: [BuddyOperation] = [
      .allocateBlock(order: 17), .withhold(1..<2), .freeRun(400..<433),
    ]
    for (index, operation) in needed.enumerated() {
      operations.insert(operation, at: 70 + 80 * index)
    }
    let shortest = OperationShrinker.shrink(operations) { list in
      var rest = needed[...]
      for operation in list where operation == rest.first { rest = rest.dropFirst() }
      return rest.isEmpty
    }
    #expect(shortest == needed)
    #expect(
      OperationShrinker.source(of: shortest)
        == "[\n  .allocateBlock(order: 17),\n  .withhold(1..<2),\n  .freeRun(400..<433),\n]")
  }

  @Test func memoryIsZeroedAlignedAndLazy() {
    for byteCount in [0, 1, 64, 100, 4096, 5000, 1 << 30] {
      let memory = ZeroedMemory(byteCount: byteCount)
      // Unsafe: the address is only looked at, not used.
      #expect(unsafe Int(bitPattern: memory.baseAddress) % 64 == 0)
      #expect(memory.residentByteCount == 0)
    }
    let memory = ZeroedMemory(byteCount: 5000)
    #expect(memory.bytes == [UInt8](repeating: 0, count: 5000))
    #expect(memory.residentByteCount == 8192)
  }

  @Test(arguments: [-1, 5000, 5100, 9000])
  func aStrayWriteEndsTheProcess(offset: Int) async {
    await #expect(processExitsWith: .failure) { [offset] in
      let memory = ZeroedMemory(byteCount: 5000)
      // Unsafe: this is the stray write that the test is about.
      unsafe memory.baseAddress.storeBytes(of: 1, toByteOffset: offset, as: UInt8.self)
      withExtendedLifetime(memory) {}
    }
  }
}
