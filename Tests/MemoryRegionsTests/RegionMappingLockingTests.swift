import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct RegionMappingLockingTests {
  @Test func `a limit that is too low is found before anything is populated`() async {
    await #expect(processExitsWith: .success) {
      #expect(becomeUnprivileged(lockLimit: 1 << 20))
      let options = RegionOptions(byteCount: 4 << 20, lockedInMemory: true)
      let journal = CallJournal()
      let error = #expect(throws: RegionError.self) {
        try MemoryRegion(options, systemCalls: journal.table())
      }
      #expect(error?.kind == .lockLimit)
      #expect(error?.call == "mlock2")
      #expect(error?.errno == .noMemory)
      #expect(error?.detail.contains("RLIMIT_MEMLOCK is 1048576 bytes") == true)
      #expect(journal.isBalanced)
      #expect(!journal.names.contains("read"))

      var allowing = options
      allowing.allowing = .locking
      let region = try MemoryRegion(allowing)
      #expect(!region.granted.isLocked)
      #expect(region.granted.unmet.map(\.wish) == [.locking])

      // Within the limit it is granted.
      let small = try MemoryRegion(RegionOptions(byteCount: 1 << 19, lockedInMemory: true))
      #expect(small.granted.isLocked)
    }
  }

  @Test func `other refusals are no matter of the limit`() {
    var table = SystemCalls.linux
    table.lockOnFault = { (_, _) throws(Errno) in throw .noFunction }
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion(
        RegionOptions(byteCount: 1 << 20, lockedInMemory: true), systemCalls: table)
    }
    #expect(error?.kind == .lockRefused)
    #expect(error?.errno == .noFunction)
  }

  @Test func `huge pages from the pool need no lock`() throws {
    let journal = CallJournal()
    let region = try MemoryRegion(
      RegionOptions(byteCount: 2 << 20, backing: .hugePages2MiB, lockedInMemory: true),
      systemCalls: journal.table(over: SystemCalls.linux.imitatingHugePages))
    #expect(!journal.names.contains("mlock2"))
    #expect(region.granted.isLocked)
  }
}
