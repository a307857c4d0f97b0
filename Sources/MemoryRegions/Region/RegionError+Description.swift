// The words of a refusal: what failed, on what, with which errno, and what to change. A tool shows
// them to people who may not know this package's names, so they name none.

import SystemPackage

extension RegionError: CustomStringConvertible {
  /// What failed, the figures, the call with its errno, and what to change, in one line.
  public var description: String {
    var text = kind.description
    if !detail.isEmpty { text += ": " + detail }
    if let call, let errno {
      text += " (\(call): \(errno.description), errno \(errno.rawValue))"
    }
    return text + ". " + remedy + "."
  }

  /// Whether pages could not be moved because the process is not permitted to: CAP_SYS_NICE, which
  /// opens the calls about policies in Docker's seccomp profile, does not open move_pages.
  package var isMovingRefused: Bool {
    call == "move_pages" && (errno == .notPermitted || errno == .noFunction)
  }

  /// Whether it is secret memory that exceeds the limit on locked memory: it cannot go unlocked, and
  /// is counted when it is mapped.
  private var isSecretLimit: Bool { kind == .lockLimit && call == "mmap" }

  /// What a person can change.
  private var remedy: String {
    if isSecretLimit { return "Raise RLIMIT_MEMLOCK (ulimit -l, LimitMEMLOCK=), or commit less" }
    guard isMovingRefused else { return kind.remedy }
    let permission = "Let the container's seccomp profile permit move_pages"
    return kind == .placementNotMet ? permission + ", or allow pages on any node" : permission
  }
}

extension RegionError.Kind: CustomStringConvertible {
  /// What failed, without the figures.
  public var description: String { words.failure }

  /// What a person can change.
  public var remedy: String { words.remedy }

  private var words: (failure: String, remedy: String) {
    switch code {
    case .invalidByteCount:
      ("invalid region size", "Give a positive multiple of 4096 bytes")
    case .largerThanAddressSpace:
      ("region larger than the address space", "Ask for less than 128 TiB")
    case .invalidCommitSize:
      ("invalid committed size", "Commit a multiple of 4096 bytes, at most what is reserved")
    case .invalidLargestOrder:
      ("invalid largest order", "Choose an order from 0 to 35 that the address space has room for")
    case .notWholeHugePages:
      ("not a whole number of huge pages", "Round the size up to the huge page size")
    case .emptyPlacement:
      ("placement without a node", "Name at least one node, or ask for no placement")
    case .homeNodeNotApplicable:
      (
        "home node with a placement that has none",
        "Give a home node only to a bind, or to a preference for several nodes"
      )
    case .contradictoryOptions:
      ("options that exclude each other", "Choose one of the two")
    case .pageSizeUnsupported:
      ("unsupported page size", "Run on a kernel with pages of 4096 bytes")
    case .reservationRefused:
      (
        "address space refused",
        "Ask for less, choose a smaller largest order, or raise RLIMIT_AS (ulimit -v)"
      )
    case .commitRefused:
      (
        "memory refused",
        "Commit less, or look at vm.overcommit_memory, vm.max_map_count and RLIMIT_DATA"
      )
    case .hugePagesUnavailable:
      (
        "huge pages unavailable",
        "Reserve more, or raise the limit on them, or allow the region to do without huge pages"
      )
    case .transparentHugePagesUnavailable:
      (
        "transparent huge pages are switched off",
        "Switch them on in /sys/kernel/mm/transparent_hugepage, or allow the region to do without "
          + "huge pages"
      )
    case .memoryFileRefused:
      (
        "memory file refused",
        "Use a name of at most 249 bytes, raise RLIMIT_NOFILE (ulimit -n), or use private memory"
      )
    case .secretMemoryUnavailable:
      (
        "secret memory unavailable",
        "Run on Linux 5.14 or later (before 6.5 with the boot parameter secretmem.enable=1) in a "
          + "container that permits memfd_secret, or allow the region to go without secrecy"
      )
    case .notEnoughMemory:
      (
        "not enough memory to populate",
        "Commit less, raise the limit named, or allow pages to come when first touched"
      )
    case .populationRefused:
      (
        "populating refused",
        "Use Linux 5.15 or later, commit less, or allow pages to come when first touched"
      )
    case .lockLimit:
      (
        "limit on locked memory too low",
        "Raise RLIMIT_MEMLOCK (ulimit -l, LimitMEMLOCK=), or allow the region to go unlocked"
      )
    case .lockRefused:
      ("locking in memory refused", "Commit less, or allow the region to go unlocked")
    case .exclusionRefused:
      ("exclusion refused", "Open the region without that exclusion")
    case .numaUnavailable:
      (
        "NUMA unavailable",
        "Build with the trait NUMA and use a kernel with NUMA, or allow pages on any node"
      )
    case .noSuchNode:
      (
        "no such node with memory",
        "Name a node that this machine has, or allow pages on any node"
      )
    case .nodeNotAllowed:
      (
        "node not allowed to this process",
        "Widen the cpuset (cpuset.mems), or allow pages on any node"
      )
    case .placementRefused:
      (
        "placement refused",
        "Let the container's seccomp profile permit mbind (CAP_SYS_NICE), or allow pages on any "
          + "node"
      )
    case .policyUnsupported:
      (
        "placement policy unknown to this kernel",
        "Run on the kernel named, choose another policy, or allow pages on any node"
      )
    case .notEnoughMemoryOnNodes:
      (
        "not enough memory on the nodes",
        "Commit less, free memory on the nodes, or allow pages on any node"
      )
    case .placementNotMet:
      (
        "pages on other nodes",
        "Commit less, free memory on the nodes, or allow pages on any node"
      )
    case .registered:
      ("region registered with a device", "Drop its registrations first")
    case .partOfPoolSet:
      ("region is one node's part of a set of pools", "Open a set on other nodes")
    case .notRegistrable:
      (
        "region cannot be registered with a device",
        "Keep the region out of forked children, or let a memory file back it"
      )
    case .secretMemory:
      ("refused for secret memory", "Use a region that is not secret for this")
    case .guarded:
      ("region has guard pages", "Use a region without guard pages for a device")
    case .alreadyClaimed:
      ("region already has a pool", "Close that pool first, or open another region")
    case .residencyUnknown:
      (
        "where the pages are is not told",
        "Let the container's seccomp profile permit move_pages, or let a memory file back the region"
      )
    case .notOwner:
      (
        "region of the process that this one was forked from",
        "Open a region of its own in the child"
      )
    case .discardRefused:
      ("taking pages back refused", "Use Linux 5.18 or later for locked pages and huge pages")
    case .guardRefused:
      ("guarding pages refused", "Raise vm.max_map_count, or open the region without guard pages")
    case .alreadyOwned:
      ("memory file has an owner", "Wait until the owner has closed its pool or ended")
    case .ownershipRefused:
      ("ownership of the memory file refused", "Mount /proc, or raise RLIMIT_NOFILE (ulimit -n)")
    case .memoryFileUnsuitable:
      (
        "no memory file to recover a pool from",
        "Give a descriptor of the memory file of a pool that was opened as recoverable"
      )
    case .recoveryUnsupported:
      (
        "region that a pool cannot be recovered from",
        "Use base pages or transparent huge pages, and commit all of the region at open"
      )
    case .sideTablesRefused:
      ("allocator tables refused", "Raise RLIMIT_AS (ulimit -v) or vm.max_map_count")
    }
  }
}
