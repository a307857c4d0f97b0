import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct MemoryRegionRegistrationsTests {
  @Test func `registrations are counted`() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20, excludedFromForks: true))
    do {
      let first = try region.register(.ioUring)
      #expect(region.registrationCount == 1)
      do {
        let second = try region.register(.vfio)
        #expect(region.registrationCount == 2)
        let kind = second.kind
        #expect(kind == .vfio)
      }
      #expect(region.registrationCount == 1)
      let kind = first.kind
      #expect(kind == .ioUring)
    }
    #expect(region.registrationCount == 0)
  }

  @Test func `a registration covers what was committed when it was made`() throws {
    let region = try MemoryRegion(
      RegionOptions(byteCount: 2 << 20, initiallyCommitted: 1 << 20, excludedFromForks: true))
    let registration = try region.register(.ioUring)
    try region.commit(pages: 1)
    let byteCount = registration.byteCount
    #expect(byteCount == 1 << 20)
    let later = try region.register(.ioUring).byteCount
    #expect(later == 1 << 20 + 4096)
  }

  /// A registration that alone refers to its region.
  private func registered(_ system: SystemCalls) throws -> RegionRegistration {
    try MemoryRegion(
      RegionOptions(byteCount: 1 << 20, excludedFromForks: true), systemCalls: system
    ).register(.ioUring)
  }

  @Test func `a registration keeps its region`() throws {
    let journal = CallJournal()
    do {
      let registration = try registered(journal.table())
      #expect(!journal.isBalanced)
      let byteCount = registration.region.byteCount
      #expect(byteCount == 1 << 20)
    }
    #expect(journal.isBalanced)
  }

  @Test func `private memory that forks get is not registrable`() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20))
    let error = #expect(throws: RegionError.self) { try region.register(.xdp).kind }
    #expect(error?.kind == .notRegistrable)
    #expect(region.registrationCount == 0)
    let shared = try MemoryRegion(
      RegionOptions(byteCount: 1 << 20, storage: .memfd(name: "registered")))
    #expect(try shared.register(.exportedDescriptor).kind == .exportedDescriptor)
  }

  @Test func `registering populates what was left to the first touch`() throws {
    let journal = CallJournal()
    let region = try MemoryRegion(
      RegionOptions(byteCount: 1 << 20, population: .none, excludedFromForks: true),
      systemCalls: journal.table())
    #expect(!region.granted.isPopulated)
    journal.arm(failing: .max)
    do {
      let registration = try region.register(.ioUring)
      #expect(journal.names.contains("madvise"))
      let byteCount = registration.byteCount
      #expect(byteCount == 1 << 20)
      journal.arm(failing: .max)
    }
    // Dropping it asks nothing of the kernel.
    #expect(region.registrationCount == 0 && journal.names.isEmpty)
  }
}
