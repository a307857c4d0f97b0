import Glibc
import IOPages
import MemoryTestSupport
import SystemPackage
import Testing

@Suite(.leavesNoPages) struct RegionGuardsTests {
  private static func region(_ systemCalls: SystemCalls = .linux) throws -> MemoryRegion {
    var options = RegionOptions(byteCount: 64 * 4096)
    options.guardPages = true
    return try MemoryRegion(options, systemCalls: systemCalls)
  }

  @Test func guardsAreTheRegions() throws {
    let region = try RegionGuardsTests.region()
    let pool = try PagePool(region: region, inspection: .debugging())
    let page = try pool.allocate(order: 1)
    #expect(region.guardStatistics.pages == 1)
    #expect(pool.statistics.guardPages == 1)
    #expect(pool.statistics.unguardedRuns == 0)
    _ = consume page
    #expect(region.guardStatistics.pages == 0)
    #expect(pool.statistics.freePages == 64)
    // What was a guard is an ordinary page again.
    var all = try pool.allocate(pages: 64)
    all.fill(0..<all.byteCount, with: 7)
    _ = consume all
    try pool.checkInvariants()
    #expect(pool.leakReport.isEmpty)
  }

  @Test func runningOverTheEndIsEndedByTheKernel() async {
    await #expect(processExitsWith: .signal(SIGSEGV)) {
      handleFaultsByDefault()
      do {
        let pool = try PagePool(
          region: RegionGuardsTests.region(), inspection: .debugging())
        let page = try pool.allocate(order: 1)
        unsafe strayStore(1, to: page.baseAddress + 8192)
        _ = consume page
      } catch {
        exit(EXIT_SUCCESS)
      }
    }
  }

  @Test func aGuardThatCannotBeEndedStaysUntilItCan() throws {
    let refusal = Guarded(0)
    let isRefusing = Guarded(false)
    var systemCalls = SystemCalls.linux
    let advise = systemCalls.advise
    systemCalls.advise = { address, byteCount, advice throws(Errno) in
      if advice == .removeGuards, isRefusing.withLock({ $0 }) {
        refusal.withLock { $0 += 1 }
        throw .noMemory
      }
      try advise(address, byteCount, advice)
    }
    let protect = systemCalls.protect
    systemCalls.protect = { address, byteCount, access throws(Errno) in
      if access == .readAndWrite, isRefusing.withLock({ $0 }) {
        refusal.withLock { $0 += 1 }
        throw .noMemory
      }
      try protect(address, byteCount, access)
    }
    let region = try RegionGuardsTests.region(systemCalls)
    var inspection = PoolInspection()
    inspection.guardsRuns = true
    let pool = try PagePool(region: region, inspection: inspection)
    let page = try pool.allocate(order: 0)
    isRefusing.withLock { $0 = true }
    _ = consume page
    #expect(refusal.withLock { $0 } == 1)
    #expect(pool.statistics.freePages == 64)
    #expect(region.guardStatistics.pages == 1)
    // The run before it has it as its guard again, which stands already.
    do {
      let again = try pool.allocate(order: 0)
      let stands = region.guardStatistics.pages
      #expect(stands == 1)
      _ = consume again
    }
    #expect(region.guardStatistics.pages == 1)
    // It is not handed out as long as it cannot be touched.
    #expect(throws: OutOfMemory.self) { _ = try pool.allocate(pages: 64) }
    isRefusing.withLock { $0 = false }
    var all = try pool.allocate(pages: 64)
    all.fill(0..<all.byteCount, with: 7)
    #expect(region.guardStatistics.pages == 0)
    _ = consume all
    try pool.checkInvariants()
  }
}
