import MemoryTestSupport
import SystemPackage
import Testing

@testable import MemoryRegions

@Suite struct MemoryRegionPopulateTests {
  @Test(arguments: [
    RegionOptions(byteCount: 4 << 20),
    RegionOptions(byteCount: 4 << 20, lockedInMemory: true),
    RegionOptions(byteCount: 4 << 20, storage: .memfd(name: "populated")),
  ])
  func `discarded pages come back, their neighbours keep their bytes`(
    options: RegionOptions
  ) throws {
    let region = try MemoryRegion(options)
    let start = unsafe Int(bitPattern: region.baseAddress)
    // The region's pages, while it lives.
    unsafe word(at: start + 99 * 4096).pointee = 7
    try region.discardContents(pages: 100..<200)
    #expect(try SystemCalls.linux.residentPages(start..<start + 4 << 20) == 924)
    try region.populate(pages: 90..<150)
    #expect(try SystemCalls.linux.residentPages(start..<start + 4 << 20) == 974)
    #expect(unsafe word(at: start + 99 * 4096).pointee == 7)
    #expect(unsafe word(at: start + 100 * 4096).pointee == 0)
  }

  @Test func `a kernel without memory is heard`() throws {
    let journal = CallJournal()
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20), systemCalls: journal.table())
    try region.discardContents(pages: 0..<256)
    // Whatever is asked before the pages themselves must not hide their failure.
    var kinds: Set<RegionError.Kind> = []
    for index in 0..<20 {
      journal.arm(failing: index)
      do throws(RegionError) {
        try region.populate(pages: 0..<10)
      } catch {
        kinds.insert(error.kind)
        #expect(error.errno == .noMemory)
      }
      if journal.failed == nil { break }
    }
    #expect(kinds.contains(.populationRefused))
    journal.disarm()
    try region.populate(pages: 0..<10)
  }

  @Test func `what is discarded is in memory when a device comes`() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20, excludedFromForks: true))
    let start = unsafe Int(bitPattern: region.baseAddress)
    try region.discardContents(pages: 0..<256)
    #expect(try SystemCalls.linux.residentPages(start..<start + 1 << 20) == 0)
    let registration = try region.register(.vfio)
    #expect(try SystemCalls.linux.residentPages(start..<start + 1 << 20) == 256)
    #expect(registration.byteCount == 1 << 20)
  }

  @Test func `what a region promises of its memory`() throws {
    let populated = try MemoryRegion(RegionOptions(byteCount: 1 << 20))
    #expect(populated.promisesMemory)
    #expect(populated.discardOrder == 0)
    let touched = try MemoryRegion(RegionOptions(byteCount: 1 << 20, population: .none))
    #expect(!touched.promisesMemory)
    for backing in [Backing.transparentHugePages, .hugePages2MiB] {
      let region = try MemoryRegion(
        RegionOptions(byteCount: 4 << 20, backing: backing, population: .none),
        systemCalls: SystemCalls.linux.imitatingHugePages.seeing([
          "/sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n"
        ]))
      #expect(region.discardOrder == 9)
      #expect(region.promisesMemory == (backing == .hugePages2MiB))
    }
  }

  #if NUMA
    @Test(arguments: [Placement.bind(to: 2), .bind(to: 2, 3).homeNode(3), .interleave(over: 2, 3)])
    func `a promise is in force again after pages could not be brought in`(
      placement: Placement
    ) throws {
      let machine = FakeMachine.four()
      let region = try MemoryRegion(
        RegionOptions(byteCount: 60 * 4096, placement: placement), systemCalls: machine.table)
      let start = Int(bitPattern: unsafe region.address)
      try region.discardContents(pages: 10..<30)
      machine.leave(0, on: 2)
      machine.leave(0, on: 3)
      let error = #expect(throws: RegionError.self) { try region.populate(pages: 10..<30) }
      #expect(error?.kind == .notEnoughMemoryOnNodes)
      for page in [0, 10, 29, 59] {
        let policy = try machine.table.policy(start + page * 4096)
        #expect(try policy == placement.policy(), "page \(page)")
      }
      #expect(machine.homes.last == placement.home.map(\.number))
      machine.leave(20, on: 2)
      try region.populate(pages: 10..<30)
      #expect(try region.residency().absent == 0)
    }
  #endif

  @Test func `populating beyond the committed part traps`() async {
    await #expect(processExitsWith: .failure) {
      let region = setUp {
        try MemoryRegion(RegionOptions(byteCount: 2 << 20, initiallyCommitted: 1 << 20))
      }
      setUp { try region.populate(pages: 254..<256) }
      setUp { try region.populate(pages: 255..<257) }
    }
  }
}
