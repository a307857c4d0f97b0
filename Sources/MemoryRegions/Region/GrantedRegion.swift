// What a region was given at open. It holds for the region's whole life: a later commit that cannot
// keep to it fails. The placement alone may change: by `MemoryRegion.migrate(to:)`.

/// Exactly what was granted of the wishes in `RegionOptions`.
public struct GrantedRegion: Equatable, Sendable {
  /// The pages behind the region.
  public package(set) var backing: Backing
  /// How much of what was committed at open lies in huge pages: transparent ones are given when the
  /// kernel has them. Nil where the kernel does not say, or the pages are not there yet.
  public package(set) var hugePageByteCount: Int?
  /// The placement in force at open; `MemoryRegion.placement` says the present one.
  public package(set) var placement: Placement
  /// How the placement of the pages committed at open was checked.
  public package(set) var placementCheck: PlacementCheck
  /// How many of the base pages committed at open lie outside the nodes that the placement names.
  /// More than zero under a preference only. Nil where none are named or nobody could look.
  public package(set) var pagesElsewhere: Int?
  /// Whether every committed page is in memory.
  public package(set) var isPopulated: Bool
  /// Whether committed pages stay in memory. Huge pages from the kernel's pool always do.
  public package(set) var isLocked: Bool
  /// What the memory is.
  public package(set) var storage: Storage
  /// Whether pages have to be wiped when they are freed, since they hold secrets: those of a region
  /// that was to be secret, whether or not `storage` is.
  public package(set) var wipesOnFree: Bool
  /// Whether core dumps leave the region out.
  public package(set) var isExcludedFromCoreDumps: Bool
  /// Whether forked children do without the region.
  public package(set) var isExcludedFromForks: Bool
  /// How pages are made inaccessible; nil if that was not asked for.
  public package(set) var guardMethod: GuardMethod?
  /// The region's base is aligned to a block of `1 << largestOrder` pages.
  public package(set) var largestOrder: Int
  /// The wishes that were not met, each with the reason, in the order they were given up.
  public package(set) var unmet: [UnmetWish]
}

/// A wish that was given up because the caller allowed it.
public struct UnmetWish: Equatable, Sendable {
  /// Which wish.
  public let wish: Degradations
  /// Why: the call that refused, its errno, and what would have to change.
  public let reason: RegionError
}

/// How far the placement of populated pages was checked.
public enum PlacementCheck: Hashable, Sendable {
  /// Nothing was asked for.
  case notNeeded
  /// The kernel looked at each page when the policy was set, or was asked where each page is, or
  /// how many of them are on each node.
  case everyPage
  /// The policy in force was read back. The pages were not there yet, or it binds none of them.
  case policyOnly
  /// The kernel refuses to say.
  case unverified
}
