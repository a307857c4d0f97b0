import MemoryRegions
import SystemPackage
import Testing

@Suite struct RegionMappingMemoryFileTests {
  @Test func `the file holds the region's bytes and cannot change its size`() throws {
    let region = try MemoryRegion(
      RegionOptions(
        byteCount: 4 << 20, initiallyCommitted: 2 << 20, storage: .memfd(name: "sealed")))
    let file = try #require(region.fileDescriptor)
    // Within the committed bytes, while the region lives.
    unsafe region.baseAddress.storeBytes(of: 0x1122_3344, toByteOffset: 4096, as: UInt32.self)
    var word: UInt32 = 0
    let count = try unsafe withUnsafeMutableBytes(of: &word) {
      try unsafe file.read(fromAbsoluteOffset: 4096, into: $0)
    }
    #expect(count == 4 && word == 0x1122_3344)
    #expect(try file.seek(offset: 0, from: .end) == 4 << 20)
    for size in [0, 2 << 20, 8 << 20] {
      #expect(throws: Errno.notPermitted) { try file.resize(to: Int64(size)) }
    }
  }

  @Test func `a name that is too long is refused`() {
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion(
        RegionOptions(
          byteCount: 1 << 20, storage: .memfd(name: String(repeating: "n", count: 300))))
    }
    #expect(error?.kind == .memoryFileRefused)
    #expect(error?.call == "memfd_create")
    #expect(error?.errno == .invalidArgument)
  }
}
