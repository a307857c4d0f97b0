import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct RegionOpeningTests {
  static let wishes: [RegionOptions] = [
    RegionOptions(byteCount: 4 << 20),
    RegionOptions(byteCount: 4 << 20, backing: .transparentHugePages, excludedFromForks: true),
    RegionOptions(byteCount: 4 << 20, storage: .memfd(name: "opened")),
    RegionOptions(byteCount: 4 << 20, placement: .local, lockedInMemory: true),
    RegionOptions(byteCount: 4 << 20, backing: .hugePages2MiB, excludedFromCoreDumps: true),
    RegionOptions(byteCount: 4 << 20, backing: .hugePages2MiB, storage: .memfd(name: "opened")),
    RegionOptions(byteCount: 4 << 20, population: .none),
    RegionOptions(byteCount: 1 << 20, storage: .secret),
  ]

  @Test(arguments: wishes)
  func `with everything allowed, what fails is recorded and the region works`(
    options: RegionOptions
  ) throws {
    guard options.placement == .none || canPlaceMemory() else { return }
    guard options.storage != .secret || canHaveSecretMemory() else { return }
    var options = options
    options.allowing = .all
    for index in 0... {
      let journal = CallJournal()
      let table = journal.table(over: SystemCalls.linux.imitatingHugePages)
      journal.arm(failing: index, errno: .notPermitted)
      do throws(RegionError) {
        let region = try MemoryRegion(options, systemCalls: table)
        if journal.failed == nil {
          #expect(region.granted.unmet.isEmpty)
          break
        }
        for unmet in region.granted.unmet {
          #expect(unmet.reason.call == journal.failed || unmet.reason.call == nil)
          #expect(options.allowing.isSuperset(of: unmet.wish))
        }
        // Within the committed bytes, while the region lives.
        unsafe region.baseAddress.storeBytes(
          of: 1, toByteOffset: options.byteCount - 8, as: UInt64.self)
      } catch {
        // Address space, descriptors and exclusions are no wishes that can be given up, and secret
        // memory is always locked and in memory.
        var kinds: [RegionError.Kind] = [
          .reservationRefused, .commitRefused, .memoryFileRefused, .exclusionRefused,
        ]
        if options.storage == .secret { kinds += [.lockLimit, .populationRefused] }
        #expect(kinds.contains(error.kind), "\(error)")
        #expect(journal.isBalanced, "\(error)")
      }
    }
  }

  @Test func `huge pages degrade step by step`() throws {
    var table = SystemCalls.linux
    let linux = table
    table.map = { (mapping, byteCount) throws(Errno) in
      if case .hugePages = mapping { throw .noMemory }
      return try linux.map(mapping, byteCount)
    }
    table = table.seeing([
      "/sys/kernel/mm/transparent_hugepage/enabled": "always madvise [never]\n"
    ])
    let options = RegionOptions(
      byteCount: 1 << 30, backing: .hugePages1GiB, population: .none, allowing: .hugePages)
    let region = try MemoryRegion(options, systemCalls: table)
    #expect(region.granted.backing == .basePages)
    #expect(region.granted.hugePageByteCount == 0)
    #expect(region.granted.unmet.map(\.wish) == [.hugePages, .hugePages, .hugePages])
    #expect(
      region.granted.unmet.map(\.reason.kind)
        == [.hugePagesUnavailable, .hugePagesUnavailable, .transparentHugePagesUnavailable])
    #expect(!region.granted.isPopulated)
    #expect(!region.granted.isLocked)
    #expect(!region.granted.isExcludedFromForks)
  }

  @Test func `transparent huge pages that are switched off are refused`() {
    for (storage, file) in [(Storage.anonymous, "enabled"), (.memfd(name: "t"), "shmem_enabled")] {
      for text in ["always madvise [never]\n", nil] {
        var files: [String: String] = [:]
        files["/sys/kernel/mm/transparent_hugepage/\(file)"] = text
        let error = #expect(throws: RegionError.self) {
          try MemoryRegion(
            RegionOptions(byteCount: 4 << 20, backing: .transparentHugePages, storage: storage),
            systemCalls: SystemCalls.linux.seeing(only: files))
        }
        #expect(error?.kind == .transparentHugePagesUnavailable)
        #expect(error?.detail.contains(file) == true)
      }
    }
  }
}
