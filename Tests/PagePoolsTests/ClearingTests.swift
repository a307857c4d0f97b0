import MemoryTestSupport
import Testing

@testable import PagePools

@Suite(.leavesNoPages) struct ClearingTests {
  /// Small blocks are cleared in another way than large ones; each way exactly.
  @Test(.leavesFrames, arguments: [1, 2, 3, 4, 8, 31, 64])
  func clearingEndsWhereThePagesEnd(pages: Int) throws {
    let pool = PoolTestMemory.makePool(pages: 256, contents: .unknown)
    let first = try pool.reference.allocate(pages: 64, contents: .uninitialized, reclaim: .never)
    let run = try pool.reference.allocate(pages: pages, contents: .zeroed, reclaim: .never)
    // Every byte lies in the pool's memory.
    let bytes = unsafe UnsafeRawBufferPointer(start: pool.reference.base, count: 256 * 4096)
    let cleared = run * 4096..<(run + pages) * 4096
    for offset in bytes.indices
    where unsafe bytes[offset] != (cleared.contains(offset) ? 0 : 0xaa) {
      Issue.record("Byte \(offset) is \(unsafe bytes[offset]).")
      break
    }
    #expect(pool.statistics.clearedPages == pages)
    #expect(first == 0)
  }
}
