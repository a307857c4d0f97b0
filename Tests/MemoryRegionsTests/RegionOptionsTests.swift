import MemoryRegions
import Testing

@Suite struct RegionOptionsTests {
  @Test func `defaults ask for populated base pages, and allow nothing less`() {
    let options = RegionOptions(byteCount: 64 << 20)
    #expect(options.initiallyCommitted == nil)
    #expect(options.largestOrder == nil)
    #expect(options.backing == .basePages)
    #expect(options.placement == .none)
    #expect(options.population == .atCommit)
    #expect(options.storage == .anonymous)
    #expect(!options.lockedInMemory)
    #expect(!options.excludedFromCoreDumps)
    #expect(!options.excludedFromForks)
    #expect(!options.guardPages)
    #expect(options.allowing.isEmpty)
  }

  @Test func `all degradations are all of them`() {
    #expect(Degradations.all == [.hugePages, .placement, .locking, .population, .secrecy])
    #expect(
      Degradations.all.description == "hugePages, placement, locking, population, secrecy")
    #expect(Degradations.locking.description == "locking")
  }
}
