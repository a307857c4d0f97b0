import MemoryTestSupport
import Testing

@testable import PagePools

@Suite(.leavesNoPages) struct CacheStateTests {
  /// The state of a pool of so many pages on a machine with so many processors.
  ///
  /// - Parameter admitted: those that may cache its pages; nil: all.
  private func rooms(
    pages: Int, processors: Int, admitted: ProcessorSet? = nil
  ) -> (rooms: [Int], batches: [Int]) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    defer { unsafe memory.deallocate() }
    // Only the method and the processors are looked at.
    var description = unsafe PoolMemory(
      base: memory, pageCount: pages, availablePageCount: pages, largestOrder: 18,
      contents: .zero, control: memory, sideTables: memory, statistics: memory,
      processorCount: processors, caches: memory, owner: Owner())
    unsafe description.membership = admitted.map {
      PoolSetMembership(node: 0, cachingProcessors: $0, reclaimingThreads: ReclaimingThreads())
    }
    var state = unsafe CacheState(description)
    state.resize(pageCount: pages)
    let orders = 0..<ProcessorCache.orderCount
    return (orders.map { Int(state.rooms[$0]) }, orders.map { state.batch(order: $0) })
  }

  private final class Owner {}

  @Test func aLargePoolHasTheRoomsOfTheLaboratory() {
    let (rooms, batches) = rooms(pages: 1 << 18, processors: 2)
    #expect(rooms == [128, 128, 64, 32, 16, 8, 4, 8, 4, 2])
    #expect(batches == [64, 32, 16, 8, 4, 2, 1, 8, 4, 2])
  }

  @Test func allCachesTogetherHoldAShare() {
    for pages in [1, 64, 4096, 1 << 14, 1 << 18, 1 << 22, 1 << 28] {
      for processors in [1, 2, 64, 1024, 4096] {
        let (rooms, batches) = rooms(pages: pages, processors: processors)
        let held = rooms.enumerated().reduce(0) { $0 + $1.element << $1.offset }
        #expect(held * processors <= pages / 16 + 1, "\(pages) pages, \(processors) processors")
        for order in rooms.indices {
          #expect(rooms[order] <= 128)
          #expect((1...64).contains(batches[order]))
          #expect(batches[order] <= max(rooms[order], 1))
        }
      }
    }
  }

  @Test func aNodesPoolIsSharedByThoseWhoMayCacheItAndAreThere() {
    // A machine with two processors may be able to have 1024.
    let alone = rooms(pages: 1 << 14, processors: 2)
    #expect(rooms(pages: 1 << 14, processors: 2, admitted: ProcessorSet(0..<1024)) == alone)
    #expect(alone.rooms[0] > 0)
    // Of many processors, two are the node's.
    #expect(rooms(pages: 1 << 14, processors: 64, admitted: ProcessorSet([3, 5])) == alone)
  }

  @Test func aSmallPoolHasNone() {
    #expect(rooms(pages: 256, processors: 2).rooms.allSatisfy { $0 == 0 })
  }
}
