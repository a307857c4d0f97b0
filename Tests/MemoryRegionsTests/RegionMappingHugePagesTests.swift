import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite(.serialized) struct RegionMappingHugePagesTests {
  static let smaps = """
    7f0000000000-7f0000400000 rw-p 00000000 00:00 0
    Size:               4096 kB
    AnonHugePages:      2048 kB
    ShmemPmdMapped:        0 kB
    VmFlags: rd wr mr mw me ac sd hg
    7f0000400000-7f0000800000 rw-s 00000000 00:01 12 /memfd:x (deleted)
    AnonHugePages:         0 kB
    ShmemPmdMapped:     4096 kB
    7f0000800000-7f0000900000 ---p 00000000 00:00 0
    AnonHugePages:         0 kB
    """

  @Test func `huge pages are counted over the mappings of the range`() {
    let start = 0x7f00_0000_0000
    func count(_ low: Int, _ high: Int) -> Int? {
      RegionMapping.hugeByteCount(Self.smaps, in: start + low << 20..<start + high << 20)
    }
    #expect(count(0, 4) == 2 << 20)
    #expect(count(0, 8) == 6 << 20)
    #expect(count(4, 8) == 4 << 20)
    #expect(count(8, 9) == 0)
    // Joined with a neighbour, a mapping has no more than its own size.
    #expect(count(0, 1) == 1 << 20)
    #expect(count(16, 20) == nil)
  }

  @Test func `transparent huge pages are counted for real`() throws {
    guard SystemLimits.current.transparentHugePages != .never,
      SystemLimits.current.transparentHugePages != nil
    else { return cannotTest("hugepages", because: "transparent huge pages are off") }
    let region = try MemoryRegion(
      RegionOptions(byteCount: 8 << 20, backing: .transparentHugePages))
    let count = try #require(region.granted.hugePageByteCount)
    #expect((0...8 << 20).contains(count))
    #expect(count % (2 << 20) == 0)
  }

  @Test(arguments: [Storage.anonymous, .memfd(name: "huge")])
  func `huge pages from the pool are granted, used and given back`(storage: Storage) throws {
    try withHugePages(4) { free in
      let options = RegionOptions(
        byteCount: 8 << 20, initiallyCommitted: 4 << 20, backing: .hugePages2MiB, storage: storage)
      do {
        let region = try MemoryRegion(options)
        #expect(region.granted.backing == .hugePages2MiB)
        #expect(region.granted.isPopulated && region.granted.isLocked)
        #expect(region.granted.hugePageByteCount == 4 << 20)
        #expect(try free() == 2)
        try region.commit(pages: 1024)
        #expect(try free() == 0)
        // Within the committed bytes, while the region lives.
        for offset in stride(from: 0, to: 8 << 20, by: 4096) {
          #expect(unsafe region.baseAddress.load(fromByteOffset: offset, as: UInt64.self) == 0)
          unsafe region.baseAddress.storeBytes(of: 1, toByteOffset: offset, as: UInt64.self)
        }
        // The pool is empty now: the next region is refused at open, not by a signal later.
        let error = #expect(throws: RegionError.self) { try MemoryRegion(options) }
        #expect(error?.kind == .hugePagesUnavailable)
        #expect(error?.errno == .noMemory)
        #expect(error?.detail.contains("sysctl vm.nr_hugepages=") == true)
        var allowing = options
        allowing.allowing = .hugePages
        let lesser = try MemoryRegion(allowing)
        #expect(lesser.granted.backing != .hugePages2MiB)
        #expect(lesser.granted.unmet.first?.wish == .hugePages)
        try region.discardContents(pages: 512..<1024)
        #expect(try free() == 1)
      }
      #expect(try free() == 4)
    }
  }

  @Test func `a huge page of 1 GiB is granted and given back`() throws {
    try withHugePages(1, shift: 30) { free in
      do {
        let region = try MemoryRegion(
          RegionOptions(byteCount: 2 << 30, initiallyCommitted: 1 << 30, backing: .hugePages1GiB))
        #expect(try free() == 0)
        #expect(region.granted.largestOrder == 18)
        // Within the committed bytes, while the region lives.
        unsafe region.baseAddress.storeBytes(of: 1, toByteOffset: 1 << 30 - 8, as: UInt64.self)
        let error = #expect(throws: RegionError.self) { try region.commit(pages: 1 << 18) }
        #expect(error?.kind == .hugePagesUnavailable)
        #expect(error?.detail.contains("hugepages-1048576kB/nr_hugepages") == true)
      }
      #expect(try free() == 1)
    }
  }

  @Test func `a commit beyond the pool leaves the region as it was`() throws {
    try withHugePages(2) { free in
      let region = try MemoryRegion(
        RegionOptions(byteCount: 16 << 20, initiallyCommitted: 2 << 20, backing: .hugePages2MiB))
      unsafe region.baseAddress.storeBytes(of: 77, as: UInt64.self)
      for _ in 0..<3 {
        let error = #expect(throws: RegionError.self) { try region.commit(pages: 1024) }
        #expect(error?.kind == .hugePagesUnavailable)
        #expect(region.committedByteCount == 2 << 20)
        #expect(try free() == 1)
      }
      try region.commit(pages: 512)
      #expect(unsafe region.baseAddress.load(as: UInt64.self) == 77)
      #expect(unsafe region.baseAddress.load(fromByteOffset: 2 << 20, as: UInt64.self) == 0)
      #expect(try free() == 0)
    }
  }

  /// Runs `body` with `count` huge pages free, if this process may reserve them.
  private func withHugePages(
    _ count: Int, shift: Int = 21, _ body: (_ free: () throws -> Int) throws -> Void
  ) throws {
    try withMachineHugePages { try reserve(count, shift: shift, body) }
  }

  private func reserve(
    _ count: Int, shift: Int, _ body: (_ free: () throws -> Int) throws -> Void
  ) throws {
    guard let pool = HugePagePool(shift: shift, .linux) else {
      return cannotTest("hugepages", because: "this kernel has none of 2^\(shift) bytes")
    }
    let path = pool.directory + "/nr_hugepages"
    let before = pool.totalCount
    guard write(before + count - (pool.freeCount - pool.reservedCount), to: path) else {
      return cannotTest("hugepages", because: "\(path) cannot be written (not root?)")
    }
    defer { _ = write(before, to: path) }
    let reserved = HugePagePool(shift: shift, .linux)
    guard let reserved, reserved.freeCount - reserved.reservedCount == count else {
      return cannotTest("hugepages", because: "the kernel found no \(count) of 2^\(shift) bytes")
    }
    try body { try #require(HugePagePool(shift: shift, .linux)).freeCount }
  }

  private func write(_ number: Int, to path: String) -> Bool {
    guard let file = try? FileDescriptor.open(FilePath(path), .writeOnly) else { return false }
    defer { try? file.close() }
    return (try? file.writeAll("\(number)\n".utf8)) != nil
  }
}
