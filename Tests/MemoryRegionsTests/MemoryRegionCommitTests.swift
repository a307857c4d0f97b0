import MemoryRegions
import Testing

@Suite struct MemoryRegionCommitTests {
  @Test(arguments: [Storage.anonymous, .memfd(name: "growing")])
  func `a region grows in place and keeps its contents`(storage: Storage) throws {
    let region = try MemoryRegion(
      RegionOptions(byteCount: 4 << 20, initiallyCommitted: 1 << 20, storage: storage))
    // Within the bytes committed so far, while the region lives.
    unsafe region.baseAddress.storeBytes(of: 41, as: UInt64.self)
    try region.commit(pages: 256)
    #expect(region.committedByteCount == 2 << 20)
    #expect(unsafe region.baseAddress.load(as: UInt64.self) == 41)
    #expect(unsafe region.baseAddress.load(fromByteOffset: 1 << 20, as: UInt64.self) == 0)
    unsafe region.baseAddress.storeBytes(of: 42, toByteOffset: 2 << 20 - 8, as: UInt64.self)
    try region.commit(pages: 0)
    try region.commit(pages: 512)
    #expect(region.committedByteCount == 4 << 20)
    #expect(unsafe region.baseAddress.load(fromByteOffset: 2 << 20 - 8, as: UInt64.self) == 42)
  }

  @Test(arguments: [-1, 257, Int.max, Int.min])
  func `no more is committed than is reserved`(pages: Int) throws {
    let region = try MemoryRegion(
      RegionOptions(byteCount: 2 << 20, initiallyCommitted: 1 << 20))
    let error = #expect(throws: RegionError.self) { try region.commit(pages: pages) }
    #expect(error?.kind == .invalidCommitSize)
    #expect(region.committedByteCount == 1 << 20)
  }

  @Test func `huge pages are committed whole`() throws {
    let region = try MemoryRegion(
      RegionOptions(byteCount: 4 << 20, initiallyCommitted: 0, backing: .hugePages2MiB),
      systemCalls: SystemCalls.linux.imitatingHugePages)
    let error = #expect(throws: RegionError.self) { try region.commit(pages: 511) }
    #expect(error?.kind == .notWholeHugePages)
    try region.commit(pages: 512)
    #expect(region.committedByteCount == 2 << 20)
    // Moved into place, so usable at the region's own address.
    unsafe region.baseAddress.storeBytes(of: 1, toByteOffset: 2 << 20 - 8, as: UInt64.self)
  }
}
