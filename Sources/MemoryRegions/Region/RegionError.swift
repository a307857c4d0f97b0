// Why a region could not be opened, grown or used as asked. The kinds are a struct over an
// enumeration that clients do not see, so that new ones break no client's switch.

public import SystemPackage

/// A refusal, with the system call and errno behind it where there was one.
public struct RegionError: Error, Equatable, Sendable {
  /// What was refused.
  public let kind: Kind
  /// The system call that failed; nil where no call was needed to know.
  public let call: String?
  /// What that call gave.
  public let errno: Errno?
  /// The figures of this case: what was asked for, and what there is.
  public let detail: String

  package init(
    _ kind: Kind, call: String? = nil, errno: Errno? = nil, detail: String = ""
  ) {
    self.kind = kind
    self.call = call
    self.errno = errno
    self.detail = detail
  }
}

extension RegionError {
  /// What was refused.
  public struct Kind: Hashable, Sendable {
    let code: Code

    // The options make no sense, on any machine.
    /// The byte count is zero or negative, or not a whole number of pages.
    public static let invalidByteCount = Kind(code: .invalidByteCount)
    /// The byte count is more than a process can address.
    public static let largerThanAddressSpace = Kind(code: .largerThanAddressSpace)
    /// The bytes to commit are negative, no whole number of pages, or more than are reserved.
    public static let invalidCommitSize = Kind(code: .invalidCommitSize)
    /// The largest order is outside 0...35, or aligns the region beyond the address space.
    public static let invalidLargestOrder = Kind(code: .invalidLargestOrder)
    /// A size is not a whole number of the huge pages asked for.
    public static let notWholeHugePages = Kind(code: .notWholeHugePages)
    /// A placement names no node at all.
    public static let emptyPlacement = Kind(code: .emptyPlacement)
    /// A home node was given with a placement that has none.
    public static let homeNodeNotApplicable = Kind(code: .homeNodeNotApplicable)

    /// Two options of a region exclude each other.
    public static let contradictoryOptions = Kind(code: .contradictoryOptions)

    // The machine cannot.
    /// The kernel's pages are not 4096 bytes.
    public static let pageSizeUnsupported = Kind(code: .pageSizeUnsupported)
    /// No address space left for the reservation.
    public static let reservationRefused = Kind(code: .reservationRefused)
    /// The kernel would not make reserved bytes usable.
    public static let commitRefused = Kind(code: .commitRefused)
    /// Too few huge pages in the kernel's pool.
    public static let hugePagesUnavailable = Kind(code: .hugePagesUnavailable)
    /// Transparent huge pages are switched off.
    public static let transparentHugePagesUnavailable =
      Kind(code: .transparentHugePagesUnavailable)
    /// A memory file could not be made.
    public static let memoryFileRefused = Kind(code: .memoryFileRefused)
    /// The kernel has no secret memory, or the process is not permitted to have any.
    public static let secretMemoryUnavailable = Kind(code: .secretMemoryUnavailable)
    /// Too little memory to populate: in the machine, or within a cgroup's limit.
    public static let notEnoughMemory = Kind(code: .notEnoughMemory)
    /// The kernel would not bring the pages into memory.
    public static let populationRefused = Kind(code: .populationRefused)
    /// RLIMIT_MEMLOCK is too low.
    public static let lockLimit = Kind(code: .lockLimit)
    /// The kernel would not lock the pages.
    public static let lockRefused = Kind(code: .lockRefused)
    /// The kernel would not keep the region out of core dumps, or out of forked children.
    public static let exclusionRefused = Kind(code: .exclusionRefused)

    // Placement.
    /// This build, or this kernel, knows nothing of nodes.
    public static let numaUnavailable = Kind(code: .numaUnavailable)
    /// No such node, or none with memory.
    public static let noSuchNode = Kind(code: .noSuchNode)
    /// The node exists, but this process may not use it.
    public static let nodeNotAllowed = Kind(code: .nodeNotAllowed)
    /// The process is not permitted to place memory.
    public static let placementRefused = Kind(code: .placementRefused)
    /// The kernel is older than the policy.
    public static let policyUnsupported = Kind(code: .policyUnsupported)
    /// Too little memory to populate on the nodes named.
    public static let notEnoughMemoryOnNodes = Kind(code: .notEnoughMemoryOnNodes)
    /// Pages ended up on other nodes and could not be moved.
    public static let placementNotMet = Kind(code: .placementNotMet)

    // The region's state.
    /// The region is registered with a device.
    public static let registered = Kind(code: .registered)
    /// The region is one node's part of a set of pools, and stays on its node.
    public static let partOfPoolSet = Kind(code: .partOfPoolSet)
    /// The region cannot be registered as it was opened.
    public static let notRegistrable = Kind(code: .notRegistrable)
    /// The region's memory is secret, and no device or call of the kernel's can have it.
    public static let secretMemory = Kind(code: .secretMemory)
    /// The region was opened with guard pages, and no device can have it.
    public static let guarded = Kind(code: .guarded)
    /// A pool has the region already.
    public static let alreadyClaimed = Kind(code: .alreadyClaimed)
    /// Nobody says on which nodes the pages are.
    public static let residencyUnknown = Kind(code: .residencyUnknown)
    /// The region belongs to the process that this one was forked from.
    public static let notOwner = Kind(code: .notOwner)
    /// The kernel would not take pages back.
    public static let discardRefused = Kind(code: .discardRefused)
    /// The kernel would not take the access to pages away, or give it back.
    public static let guardRefused = Kind(code: .guardRefused)
    /// Another owner has the memory file, in this process or another one that lives.
    public static let alreadyOwned = Kind(code: .alreadyOwned)
    /// The kernel would not make this process the owner of the memory file.
    public static let ownershipRefused = Kind(code: .ownershipRefused)
    /// The descriptor is not one of a memory file that a pool can be recovered from.
    public static let memoryFileUnsuitable = Kind(code: .memoryFileUnsuitable)
    /// Pools over such a region cannot be recovered.
    public static let recoveryUnsupported = Kind(code: .recoveryUnsupported)
    /// No memory for the allocator's own tables.
    public static let sideTablesRefused = Kind(code: .sideTablesRefused)
  }

  enum Code: Hashable, Sendable, CaseIterable {
    case invalidByteCount, largerThanAddressSpace, invalidCommitSize, invalidLargestOrder
    case notWholeHugePages, emptyPlacement, homeNodeNotApplicable
    case contradictoryOptions
    case pageSizeUnsupported, reservationRefused, commitRefused, hugePagesUnavailable
    case transparentHugePagesUnavailable, memoryFileRefused, notEnoughMemory, populationRefused
    case secretMemoryUnavailable
    case lockLimit, lockRefused, exclusionRefused
    case numaUnavailable, noSuchNode, nodeNotAllowed, placementRefused, policyUnsupported
    case notEnoughMemoryOnNodes, placementNotMet
    case registered, partOfPoolSet, notRegistrable, secretMemory, guarded, alreadyClaimed
    case residencyUnknown, notOwner
    case discardRefused, guardRefused, sideTablesRefused
    case alreadyOwned, ownershipRefused, memoryFileUnsuitable, recoveryUnsupported
  }
}

/// Runs one system call and turns its errno into a `RegionError`.
func call<Result>(
  _ name: String, _ kind: RegionError.Kind, _ detail: @autoclosure () -> String = "",
  _ body: () throws(Errno) -> Result
) throws(RegionError) -> Result {
  do throws(Errno) {
    return try body()
  } catch {
    throw RegionError(kind, call: name, errno: error, detail: detail())
  }
}
