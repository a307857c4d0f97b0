import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct MemoryRegionResidencyTests {
  @Test func `pages that were never touched are absent, and stay so`() throws {
    guard canPlaceMemory() else { return }
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20, population: .none))
    // Written inside the committed bytes, while the region lives.
    unsafe region.address.storeBytes(of: 1, as: UInt8.self)
    unsafe region.address.storeBytes(of: 1, toByteOffset: 9 << 12, as: UInt8.self)
    for _ in 0..<2 {
      let residency = try region.residency()
      #expect(residency.pages.values.reduce(0, +) == 2)
      #expect(residency.absent == 254)
      #expect(residency.method == .everyPage)
    }
    try region.discardContents(pages: 9..<10)
    #expect(try region.residency().absent == 255)
  }

  @Test(arguments: [Storage.anonymous, .memfd(name: "counted")])
  func `a populated region is all there`(storage: Storage) throws {
    let region = try MemoryRegion(
      RegionOptions(byteCount: 4 << 20, initiallyCommitted: 2 << 20, storage: storage))
    let residency = try region.residency()
    #expect(residency.absent == 0)
    #expect(residency.pages.values.reduce(0, +) == 512)
    try region.commit(pages: 512)
    #expect(try region.residency().pages.values.reduce(0, +) == 1024)
  }

  @Test func `nothing committed is nothing counted`() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20, initiallyCommitted: 0))
    let residency = try region.residency()
    #expect(residency.pages.isEmpty && residency.absent == 0)
  }

  @Test func `where move_pages is refused the kernel's counts are taken`() throws {
    var table = SystemCalls.linux
    table.nodes = { (_) throws(Errno) in throw .notPermitted }
    // What the kernel allows itself to join with no neighbour: a file.
    let region = try MemoryRegion(
      RegionOptions(byteCount: 1 << 20, storage: .memfd(name: "counted")), systemCalls: table)
    let residency = try region.residency()
    #expect(residency.method == .mappingCounts)
    #expect(residency.pages.values.reduce(0, +) == 256)
    #expect(residency.absent == 0)
  }

  @Test func `where nobody tells, that is an error with its errno`() throws {
    var table = SystemCalls.linux.seeing(["/proc/self/maps": "no mapping\n"])
    table.nodes = { (_) throws(Errno) in throw .notPermitted }
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20), systemCalls: table)
    let error = #expect(throws: RegionError.self) { try region.residency() }
    #expect(error?.kind == .residencyUnknown)
    #expect(error?.call == "move_pages")
    #expect(error?.errno == .notPermitted)
  }
}
