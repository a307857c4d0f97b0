import MemoryRegions
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
}
