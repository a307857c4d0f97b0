import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct MemoryRegionTests {
  @Test func `one line opens a usable region`() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 64 << 20))
    #expect(region.byteCount == 64 << 20)
    #expect(region.committedByteCount == 64 << 20)
    #expect(region.fileDescriptor == nil)
    #expect(region.isOwnedByThisProcess)
    // The region is 64 MiB long and lives to the end of the test.
    let last = 64 << 20 - 8
    #expect(unsafe region.baseAddress.load(fromByteOffset: last, as: UInt64.self) == 0)
    unsafe region.baseAddress.storeBytes(of: 7, toByteOffset: last, as: UInt64.self)
    #expect(unsafe region.baseAddress.load(fromByteOffset: last, as: UInt64.self) == 7)
    #expect(UInt(bitPattern: unsafe region.baseAddress) % (64 << 20) == 0)
  }

  @Test func `reserving a terabyte takes no memory`() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 40, initiallyCommitted: 0))
    #expect(region.committedByteCount == 0)
    #expect(region.granted.largestOrder == 18)
    let start = Int(bitPattern: unsafe region.address)
    #expect(try SystemCalls.linux.residentPages(start..<start + region.byteCount) == 0)
    // The measure sees what is there. At least: the kernel may join the page with a neighbour.
    try region.commit(pages: 1)
    #expect(try SystemCalls.linux.residentPages(start..<start + region.byteCount) >= 1)
  }

  @Test func `reserving reads no file and populates nothing`() throws {
    let journal = CallJournal()
    _ = try MemoryRegion(
      RegionOptions(byteCount: 1 << 24, initiallyCommitted: 0), systemCalls: journal.table())
    #expect(Set(journal.names) == ["mmap", "munmap"])
    #expect(journal.isBalanced)
  }

  @Test func `dropping a region unmaps it and closes its file`() throws {
    let journal = CallJournal()
    do {
      let region = try MemoryRegion(
        RegionOptions(byteCount: 1 << 20, storage: .memfd(name: "dropped")),
        systemCalls: journal.table())
      #expect(region.fileDescriptor != nil)
      #expect(!journal.isBalanced)
    }
    #expect(journal.isBalanced)
  }

  @Test func `a kernel with larger pages is refused`() {
    var table = SystemCalls.linux
    table.pageByteCount = { 65536 }
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion(RegionOptions(byteCount: 1 << 20), systemCalls: table)
    }
    #expect(error?.kind == .pageSizeUnsupported)
    #expect(error?.detail.contains("65536") == true)
  }
}
