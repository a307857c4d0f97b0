// Long random sequences of every operation, valid and invalid, on the buddy and on its reference. This
// is the test that the others are commentary on: whatever the buddy's bits do, it must answer as an
// allocator does that looks at every frame each time.

import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("The buddy answers as the naive reference does")
struct BuddyModelTests {
  static let seed = TestSeed.choose(for: "BuddyModelTests")
  static let largestOrders = [0, 1, 5, 6, 7, 11, 12, 18]

  /// Word and level boundaries and their neighbours, and lengths with many bits.
  static func geometries(frameCounts: [Int]) -> [Geometry] {
    frameCounts.flatMap { frameCount in
      largestOrders.map { Geometry(frameCount: frameCount, largestOrder: $0) }
    }
  }

  @Test(arguments: geometries(frameCounts: [1, 2, 3, 63, 64, 65, 100]))
  func smallRegions(_ geometry: Geometry) {
    compare(geometry, steps: 1000, comparingBlocksEvery: 1)
  }

  @Test(arguments: geometries(frameCounts: [4095, 4096, 4097, 5000, 12345]))
  func mediumRegions(_ geometry: Geometry) {
    compare(geometry, steps: 200, comparingBlocksEvery: 10)
  }

  @Test(arguments: geometries(frameCounts: [300_000]))
  func largeRegion(_ geometry: Geometry) {
    compare(geometry, steps: 40, comparingBlocksEvery: 20)
  }

  /// Short lists that told a wrong buddy from a right one: where the shrinker's output goes. These
  /// are from deliberate faults in the search for free frames below a block.
  @Test(
    arguments: [
      (
        Geometry(frameCount: 4095, largestOrder: 12),
        [
          .extend(to: 3356), .allocateBlock(order: 9), .allocateRun(frames: 311),
          .freeBlock(2816, order: 6),
        ]
      ),
      (
        Geometry(frameCount: 4096, largestOrder: 18),
        [
          .extend(to: 4096), .allocateAt(1716..<2064), .freeBlock(1844, order: 2),
          .freeBlock(1792, order: 7),
        ]
      ),
      (
        Geometry(frameCount: 4095, largestOrder: 11),
        [
          .extend(to: 4095), .allocateAt(396..<467), .allocateBlock(order: 7), .freeRun(256..<340),
          .freeBlock(320, order: 6),
        ]
      ),
    ] as [(Geometry, [BuddyOperation])])
  func keptLists(_ geometry: Geometry, _ operations: [BuddyOperation]) {
    #expect(BuddyTwin.firstDifference(operations, in: geometry) == nil)
  }

  private func compare(_ geometry: Geometry, steps: Int, comparingBlocksEvery interval: Int) {
    // Every geometry has its own sequence, the same whichever others run.
    let own = UInt64(geometry.frameCount << 8 | geometry.largestOrder)
    var generator = OperationGenerator(seed: Self.seed ^ own)
    var operations: [BuddyOperation] = []
    var twin = BuddyTwin(geometry)
    for step in 1...steps {
      let operation = generator.next(for: twin.reference)
      operations.append(operation)
      let isLast = step == steps
      let difference = twin.perform(
        operation, comparingBlocks: isLast || step.isMultiple(of: interval))
      if let difference {
        BuddyTwin.reportDifference(difference, operations, in: geometry, seed: Self.seed)
        return
      }
    }
  }
}
