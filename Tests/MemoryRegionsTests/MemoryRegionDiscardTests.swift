import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct MemoryRegionDiscardTests {
  @Test(arguments: [
    RegionOptions(byteCount: 4 << 20),
    RegionOptions(byteCount: 4 << 20, lockedInMemory: true),
    RegionOptions(byteCount: 4 << 20, storage: .memfd(name: "discarded")),
    RegionOptions(byteCount: 4 << 20, backing: .transparentHugePages, allowing: .hugePages),
  ])
  func `discarded pages read as zero, their neighbours keep their bytes`(
    options: RegionOptions
  ) throws {
    let region = try MemoryRegion(options)
    let offsets = [0, 2 << 20 - 8, 2 << 20, 4 << 20 - 8]
    // Offsets within the committed bytes, while the region lives.
    for offset in offsets {
      unsafe region.baseAddress.storeBytes(of: 5, toByteOffset: offset, as: UInt64.self)
    }
    try region.discardContents(pages: 512..<1024)
    for (offset, expected) in zip(offsets, [5, 5, 0, 0] as [UInt64]) {
      #expect(unsafe region.baseAddress.load(fromByteOffset: offset, as: UInt64.self) == expected)
    }
  }

  @Test func `registered memory is not discarded`() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20, excludedFromForks: true))
    do {
      let registration = try region.register(.ioUring)
      let error = #expect(throws: RegionError.self) { try region.discardContents(pages: 0..<1) }
      #expect(error?.kind == .registered)
      #expect(registration.kind == .ioUring)
    }
    try region.discardContents(pages: 0..<1)
  }

  @Test func `huge pages go whole`() throws {
    for backing in [Backing.transparentHugePages, .hugePages2MiB] {
      let region = try MemoryRegion(
        RegionOptions(byteCount: 4 << 20, backing: backing, population: .none),
        systemCalls: SystemCalls.linux.imitatingHugePages.seeing([
          "/sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n"
        ]))
      for range in [0..<1, 1..<512, 511..<1024] {
        let error = #expect(throws: RegionError.self) { try region.discardContents(pages: range) }
        #expect(error?.kind == .notWholeHugePages)
      }
      try region.discardContents(pages: 512..<1024)
    }
  }

  @Test func `a kernel that refuses is heard`() throws {
    let journal = CallJournal()
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20), systemCalls: journal.table())
    journal.arm(failing: 0, errno: .invalidArgument)
    let error = #expect(throws: RegionError.self) { try region.discardContents(pages: 0..<1) }
    #expect(error?.kind == .discardRefused)
    #expect(error?.call == "madvise")
    #expect(error?.errno == .invalidArgument)
  }

  @Test func `discarding beyond the committed part traps`() async {
    await #expect(processExitsWith: .failure) {
      let region = setUp {
        try MemoryRegion(RegionOptions(byteCount: 2 << 20, initiallyCommitted: 1 << 20))
      }
      setUp { try region.discardContents(pages: 254..<256) }
      setUp { try region.discardContents(pages: 255..<257) }
    }
  }

  @Test func `discarding nothing traps`() async {
    await #expect(processExitsWith: .failure) {
      let region = setUp { try MemoryRegion(RegionOptions(byteCount: 1 << 20)) }
      setUp { try region.discardContents(pages: 1..<1) }
    }
  }
}
