import MemoryTestSupport
import PagePools
import Synchronization
import Testing

@Suite(.leavesNoPages) struct GuardsTests {
  /// A kernel that guards pages, as far as it is told to.
  private final class Kernel: Sendable {
    let guarded = Mutex<Set<Int>>([])
    let canGuard: Bool

    init(canGuard: Bool = true) { self.canGuard = canGuard }

    var backing: PoolBacking {
      var backing = PoolBacking()
      backing.guardPages = { [self] pages in
        guard canGuard else { return false }
        return guarded.withLock {
          $0.isDisjoint(with: pages)
            && {
              $0.formUnion(pages)
              return true
            }(&$0)
        }
      }
      backing.unguardPages = { [self] pages in
        guarded.withLock { set in
          let isGuarded = set.isSuperset(of: pages)
          set.subtract(pages)
          return isGuarded
        }
      }
      return backing
    }
  }

  private func pool(pages: Int = 64, _ kernel: Kernel?) -> PagePool {
    var inspection = PoolInspection()
    inspection.guardsRuns = true
    return PoolTestMemory.makePool(
      pages: pages, backing: kernel?.backing ?? PoolBacking(), inspection: inspection)
  }

  private func taken(_ pool: PagePool, order: Int) throws -> Range<Int> {
    let first = try pool.reference.allocate(
      order: order, contents: .uninitialized, reclaim: .never)
    return first..<first + 1 << order
  }

  @Test func thePageBehindARunIsGuarded() throws {
    let kernel = Kernel()
    let pool = pool(kernel)
    let block = try taken(pool, order: 2)
    #expect(block.lowerBound % 4 == 0)
    #expect(kernel.guarded.withLock { $0 } == [block.upperBound])
    #expect(pool.statistics.guardPages == 1)
    #expect(pool.statistics.allocatedPages == 4)
    #expect(pool.statistics.freePages == 59)
    pool.reference.free(block)
    #expect(kernel.guarded.withLock { $0.isEmpty })
    #expect(pool.statistics.freePages == 64)
    #expect(pool.statistics.freeBlocks[6] == 1)
    try pool.checkInvariants()
  }

  @Test func theGuardGoesWithThePageBeforeIt() throws {
    let kernel = Kernel()
    let pool = pool(kernel)
    let block = try taken(pool, order: 2)
    pool.reference.free(block.lowerBound..<block.lowerBound + 3)
    #expect(pool.statistics.guardPages == 1)
    pool.reference.free(block.upperBound - 1..<block.upperBound)
    #expect(pool.statistics.guardPages == 0)
    #expect(kernel.guarded.withLock { $0.isEmpty })
    #expect(pool.statistics.freePages == 64)
  }

  @Test func whereThereIsNoRoomRunsAreNotGuarded() throws {
    let kernel = Kernel()
    let pool = pool(kernel)
    let all = try taken(pool, order: 6)
    #expect(pool.statistics.guardPages == 0)
    #expect(pool.statistics.unguardedRuns == 1)
    pool.reference.free(all)
    // Guards take nothing away that a request needs.
    var singles: [Int] = []
    try pool.reference.allocate(singlePages: 60, reclaim: .never) { singles.append($0) }
    for page in singles { pool.reference.prepare(page..<page + 1, contents: .zeroed) }
    #expect(singles.count == 60)
    #expect(pool.statistics.guardPages == 4)
    #expect(pool.statistics.freePages == 0)
    for page in singles { pool.reference.free(page..<page + 1) }
    #expect(pool.statistics.freePages == 64)
    try pool.checkInvariants()
  }

  @Test(.leavesFrames) func aReserveIsNotUsedForGuards() throws {
    let pool = pool(pages: 8, Kernel())
    let view = try pool.limited(to: 4, reserving: 4)
    // Two pages, each with a guard, are all that others can have.
    _ = try taken(pool, order: 0)
    _ = try taken(pool, order: 0)
    #expect(throws: OutOfMemory.self) { try taken(pool, order: 0) }
    var singles: [Int] = []
    try pool.reference.allocate(
      singlePages: 4, for: view.client, contents: .zeroed, reclaim: .never
    ) { singles.append($0) }
    #expect(singles.count == 4)
  }

  @Test(.leavesFrames) func aReserveIsAllThereOneByOne() throws {
    let pool = pool(pages: 16, Kernel())
    let view = try pool.limited(to: 10, reserving: 10)
    for _ in 0..<10 {
      _ = try pool.reference.allocate(
        order: 0, for: view.client, contents: .zeroed, reclaim: .never)
    }
    #expect(view.allocatedPages == 10)
    withExtendedLifetime(view) {}
  }

  @Test(.leavesFrames) func aRequestThatFailsIsNoUnguardedRun() throws {
    let pool = pool(pages: 8, nil)
    var pages: [Int] = []
    try pool.reference.allocate(singlePages: 8, reclaim: .never) { pages.append($0) }
    for page in pages { pool.reference.prepare(page..<page + 1, contents: .zeroed) }
    for page in stride(from: 0, to: 8, by: 2) { pool.reference.free(page..<page + 1) }
    let before = pool.statistics.unguardedRuns
    #expect(throws: OutOfMemory.self) { try taken(pool, order: 1) }
    #expect(pool.statistics.unguardedRuns == before)
  }

  @Test(.leavesFrames) func noMemoryIsBroughtInForAGuard() throws {
    var backing = PoolBacking()
    let populated = Guarded<[Range<Int>]>([])
    backing.populate = { pages in
      populated.withLock { $0.append(pages) }
      return true
    }
    var inspection = PoolInspection()
    inspection.guardsRuns = true
    let pool = PoolTestMemory.makePool(pages: 4096, backing: backing, inspection: inspection)
    #expect(pool.reference.trim(keeping: 0) { _ in } == 4096)
    let block = try taken(pool, order: 9)
    let touched = unsafe strayLoad(pool.reference.base + block.upperBound << 12)
    #expect(touched == 0)
    #expect(populated.withLock { $0 } == [block])
    #expect(pool.statistics.guardPages == 0)
    #expect(pool.statistics.unguardedRuns == 1)
  }

  @Test func aPatternStandsInWhereTheKernelCannot() throws {
    for kernel in [Kernel(canGuard: false), nil] {
      let pool = pool(kernel)
      let block = try taken(pool, order: 0)
      let end = block.upperBound << 12
      let byte = unsafe strayLoad(pool.reference.base + end)
      #expect(byte == 0xdb)
      #expect(pool.statistics.unguardedRuns == 1)
      pool.reference.free(block)
      #expect(pool.statistics.freePages == 64)
    }
  }

  @Test func runningOverTheEndTrapsThen() async {
    let result = await #expect(processExitsWith: .trap, observing: [\.standardErrorContent]) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 8, inspection: .debugging())
        let first = try pool.reference.allocate(pages: 3, contents: .zeroed, reclaim: .never)
        unsafe strayStore(9, to: pool.reference.base + (first + 3) << 12)
        pool.reference.free(first..<first + 3)
      }
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(
      text.contains(
        "Page 3 of the pool was written to by who ran over the end of the run before it: "
          + "byte 0 holds 9."))
  }
}
