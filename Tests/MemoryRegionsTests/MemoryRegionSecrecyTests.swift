import MemoryTestSupport
import Testing

@testable import MemoryRegions

@Suite struct MemoryRegionSecrecyTests {
  @Test func `what secret memory cannot have done to it is refused, and changes nothing`() throws {
    guard canHaveSecretMemory() else { return }
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 16, storage: .secret))
    let word = unsafe word(at: Int(bitPattern: region.address))
    // Committed, while the region lives.
    unsafe word.pointee = 9
    let operations: [(String, () throws -> Void)] = [
      ("giving pages back", { try region.discardContents(pages: 0..<1) }),
      ("giving pages back", { try region.checkCanDiscard() }),
      ("moving pages", { _ = try region.migrate(to: 0) }),
      ("registering", { _ = try region.register(.ioUring) }),
      ("registering", { _ = try region.register(.exportedDescriptor) }),
    ]
    for (words, operation) in operations {
      let error = #expect(throws: RegionError.self) { try operation() }
      #expect(error?.kind == .secretMemory)
      #expect(error?.detail.hasPrefix(words) == true, "\(String(describing: error))")
      #expect(error?.description.contains("not secret") == true)
    }
    #expect(region.registrationCount == 0)
    #expect(unsafe word.pointee == 9)
    // What is in memory already is brought in at no harm.
    try region.populate(pages: 0..<16)
    #expect(unsafe word.pointee == 9)
  }

  @Test func `its pages are counted where the kernel says where they are`() throws {
    guard canHaveSecretMemory(), canPlaceMemory() else { return }
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 16, storage: .secret))
    let residency = try region.residency()
    #expect(residency.pages.values.reduce(0, +) == 16)
    #expect(residency.absent == 0)
  }

  @Test func `its first pool may take it for zero`() throws {
    guard canHaveSecretMemory() else { return }
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 16, storage: .secret))
    let isKnownZero = try region.claim { _ in }
    #expect(isKnownZero)
  }
}
