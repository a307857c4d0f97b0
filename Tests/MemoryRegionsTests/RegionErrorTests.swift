import MemoryRegions
import SystemPackage
import Testing

@Suite struct RegionErrorTests {
  static let kinds: [RegionError.Kind] = [
    .invalidByteCount, .largerThanAddressSpace, .invalidCommitSize, .invalidLargestOrder,
    .notWholeHugePages, .emptyPlacement, .homeNodeNotApplicable, .contradictoryOptions,
    .guarded, .guardRefused, .secretMemory, .secretMemoryUnavailable, .pageSizeUnsupported,
    .reservationRefused, .commitRefused, .hugePagesUnavailable, .transparentHugePagesUnavailable,
    .memoryFileRefused, .notEnoughMemory, .populationRefused, .lockLimit, .lockRefused,
    .exclusionRefused, .numaUnavailable, .noSuchNode, .nodeNotAllowed, .placementRefused,
    .policyUnsupported, .notEnoughMemoryOnNodes, .placementNotMet, .registered, .partOfPoolSet,
    .notRegistrable, .alreadyClaimed, .residencyUnknown, .notOwner, .discardRefused,
    .sideTablesRefused, .alreadyOwned, .ownershipRefused, .memoryFileUnsuitable,
    .recoveryUnsupported,
  ]

  @Test func `kinds are distinct, and so are their words`() {
    #expect(Set(Self.kinds).count == Self.kinds.count)
    #expect(Set(Self.kinds.map(\.description)).count == Self.kinds.count)
    for kind in Self.kinds {
      #expect(!kind.remedy.isEmpty && kind.remedy.last != ".", "\(kind)")
      // One sentence, without this package's names for things.
      for part in [". ", "; ", " .", ": true", "NUMATopology", "degradation"] {
        #expect(!kind.remedy.contains(part), "\(kind.remedy)")
      }
    }
  }

  @Test func `errors with the same facts are equal`() {
    let error = RegionError(.lockLimit, call: "mlock2", errno: .noMemory, detail: "1 byte")
    #expect(error == RegionError(.lockLimit, call: "mlock2", errno: .noMemory, detail: "1 byte"))
    #expect(
      error != RegionError(.lockLimit, call: "mlock2", errno: .notPermitted, detail: "1 byte"))
  }
}
