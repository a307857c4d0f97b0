import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct BufferModelTests {
  /// Few pages, so that parts meet; caches or none.
  @Test(arguments: [ProcessorCacheMethod.none, .exchange])
  func bothBuffersAreWhatArraysOfBytesAre(cacheMethod: ProcessorCacheMethod) throws {
    let seed = TestSeed.choose(for: "bothBuffersAreWhatArraysOfBytesAre")
    let pool = PoolTestMemory.makePool(
      pages: 64, cacheMethod: cacheMethod, cacheByteLimit: 4 * 4096)
    var model = BufferModel(pool: pool, seed: seed)
    for step in 0..<6000 {
      model.step()
      let pagesOut = model.pagesOut
      try #require(pool.statistics.allocatedPages == pagesOut, "after step \(step)")
      if step % 100 == 0 { try model.checkAll() }
      if model.unique.count + model.shared.count > 60 { model.dropUnique() }
    }
    try model.checkAll()
    model.unique = []
    model.shared = []
    #expect(pool.statistics.allocatedPages == 0)
    try pool.checkInvariants()
  }
}
