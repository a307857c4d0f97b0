import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct GrantedRegionTests {
  @Test func `what was asked for and given is what it says`() throws {
    guard canPlaceMemory() else { return }
    let region = try MemoryRegion(
      RegionOptions(
        byteCount: 1 << 20, largestOrder: 4, placement: .local, lockedInMemory: true,
        storage: .memfd(name: "granted"), excludedFromCoreDumps: true, excludedFromForks: true))
    let granted = region.granted
    #expect(granted.backing == .basePages)
    #expect(granted.hugePageByteCount == 0)
    #expect(granted.placement == .local)
    #expect(granted.isPopulated)
    #expect(granted.isLocked)
    #expect(granted.storage == .memfd(name: "granted"))
    #expect(granted.isExcludedFromCoreDumps)
    #expect(granted.isExcludedFromForks)
    #expect(granted.largestOrder == 4)
    #expect(granted.unmet.isEmpty)
  }

  @Test func `private huge pages are never handed to forks`() throws {
    let system = SystemCalls.linux.imitatingHugePages
    let options = RegionOptions(byteCount: 2 << 20, backing: .hugePages2MiB, population: .none)
    let region = try MemoryRegion(options, systemCalls: system)
    #expect(region.granted.isExcludedFromForks)
    #expect(region.granted.isPopulated)
    #expect(region.granted.isLocked)
    #expect(region.granted.hugePageByteCount == 2 << 20)
  }
}
