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
    compare(geometry, steps: 3000, comparingBlocksEvery: 1)
  }

  @Test(arguments: geometries(frameCounts: [4095, 4096, 4097, 5000, 12345]))
  func mediumRegions(_ geometry: Geometry) {
    compare(geometry, steps: 300, comparingBlocksEvery: 10)
  }

  @Test(arguments: geometries(frameCounts: [300_000]))
  func largeRegion(_ geometry: Geometry) {
    compare(geometry, steps: 60, comparingBlocksEvery: 20)
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
