import MemoryRegions
import Testing

@Suite struct MemoryRegionTests {
  @Test func `opens with defaults`() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 64 << 20))
    #expect(region.byteCount == 64 << 20)
    #expect(region.committedByteCount == 64 << 20)
    #expect(region.granted.isPopulated)
    #expect(region.granted.backing == .basePages)
    #expect(region.granted.largestOrder == 14)
    #expect(region.granted.unmet.isEmpty)
    #expect(region.isOwnedByThisProcess)
    // The region is 64 MiB long and lives to the end of the test.
    unsafe region.baseAddress.storeBytes(of: 7, toByteOffset: 64 << 20 - 8, as: UInt64.self)
    let address = unsafe UInt(bitPattern: region.baseAddress)
    #expect(address % (64 << 20) == 0)
  }
}
