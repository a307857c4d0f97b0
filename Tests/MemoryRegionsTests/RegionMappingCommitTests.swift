import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct RegionMappingCommitTests {
  @Test func `huge pages are made ready aside and moved in last`() throws {
    let journal = CallJournal()
    _ = try MemoryRegion(
      RegionOptions(byteCount: 4 << 20, backing: .hugePages2MiB),
      systemCalls: journal.table(over: SystemCalls.linux.imitatingHugePages))
    let names = journal.names
    let move = try #require(names.firstIndex(of: "mremap"))
    let populate = try #require(names.lastIndex(of: "madvise"))
    #expect(populate < move)
  }

  @Test func `a kernel that cannot move huge pages is named`() throws {
    var table = SystemCalls.linux.imitatingHugePages
    table.move = { (_, _, _) throws(Errno) in throw .invalidArgument }
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion(
        RegionOptions(byteCount: 4 << 20, backing: .hugePages2MiB), systemCalls: table)
    }
    #expect(error?.kind == .hugePagesUnavailable)
    #expect(error?.call == "mremap")
    #expect(error?.detail.contains("5.16") == true)
  }

  @Test func `base pages stay base pages, transparent ones are asked for`() throws {
    for (backing, expected, other) in [
      (Backing.basePages, "nh", "hg"), (.transparentHugePages, "hg", "nh"),
    ] {
      let region = try MemoryRegion(
        RegionOptions(byteCount: 4 << 20, backing: backing),
        systemCalls: SystemCalls.linux.seeing([
          "/sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n"
        ]))
      let flags = try flags(of: region)
      #expect(flags.contains(expected) && !flags.contains(other))
    }
  }

  @Test func `exclusions are in force`() throws {
    let region = try MemoryRegion(
      RegionOptions(byteCount: 4 << 20, excludedFromCoreDumps: true, excludedFromForks: true))
    let flags = try flags(of: region)
    #expect(flags.contains("dd") && flags.contains("dc"))
  }

  private func flags(of region: MemoryRegion) throws -> Set<String> {
    try #require(flagsOfMapping(at: Int(bitPattern: unsafe region.baseAddress)))
  }
}
