import MemoryRegions
import MemoryTestSupport
import Testing

@Suite struct RegionOptionsConsistencyTests {
  @Test(arguments: Backing.allCases.filter { $0 != .basePages }, [[], Degradations.all])
  func `secret memory has no huge pages`(backing: Backing, allowing: Degradations) {
    let journal = CallJournal()
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion(
        RegionOptions(byteCount: 1 << 30, backing: backing, storage: .secret, allowing: allowing),
        systemCalls: journal.table())
    }
    #expect(error?.kind == .contradictoryOptions)
    #expect(error?.detail == "secret memory and huge pages")
    #expect(journal.names.isEmpty)
  }

  @Test(arguments: [
    (RegionOptions(byteCount: 1 << 20, storage: .secret), "secret memory and guard pages"),
    (
      RegionOptions(byteCount: 1 << 20, storage: .memfd(name: "g")),
      "guard pages and a memory file"
    ),
    (
      RegionOptions(byteCount: 1 << 20, lockedInMemory: true),
      "guard pages and pages locked in memory"
    ),
    (RegionOptions(byteCount: 2 << 20, backing: .hugePages2MiB), "guard pages and huge pages"),
    (
      RegionOptions(byteCount: 2 << 20, backing: .transparentHugePages),
      "guard pages and huge pages"
    ),
  ])
  func `guard pages go with private unlocked base pages`(options: RegionOptions, words: String) {
    var options = options
    options.guardPages = true
    options.allowing = .all
    let error = #expect(throws: RegionError.self) { try MemoryRegion(options) }
    #expect(error?.kind == .contradictoryOptions)
    #expect(error?.detail == words)
  }
}
