// The words of a refusal: what failed, on what, with which errno, and what to change.

import SystemPackage

extension RegionError: CustomStringConvertible {
  /// What failed, the figures, the call with its errno, and what to change, in one line.
  public var description: String {
    var text = kind.description
    if !detail.isEmpty { text += ": " + detail }
    if let call, let errno {
      text += " (\(call): \(errno.description), errno \(errno.rawValue))"
    }
    return text + ". " + kind.remedy + "."
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
      ("placement without a node", "Name at least one node, or use Placement.none")
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
        "Reserve more as said here, or allow the degradation .hugePages"
      )
    case .transparentHugePagesUnavailable:
      (
        "transparent huge pages are switched off",
        "Write madvise to /sys/kernel/mm/transparent_hugepage/enabled, or allow the degradation "
          + ".hugePages"
      )
    case .memoryFileRefused:
      (
        "memory file refused",
        "Use a name of at most 249 bytes, raise RLIMIT_NOFILE (ulimit -n), or use anonymous storage"
      )
    case .notEnoughMemory:
      (
        "not enough memory to populate",
        "Commit less, raise the limit named, or allow the degradation .population"
      )
    case .populationRefused:
      (
        "populating refused",
        "Linux 5.15 or later is needed; commit less, or allow the degradation .population"
      )
    case .lockLimit:
      (
        "limit on locked memory too low",
        "Raise RLIMIT_MEMLOCK (ulimit -l, LimitMEMLOCK=), or allow the degradation .locking"
      )
    case .lockRefused:
      ("locking in memory refused", "Commit less, or allow the degradation .locking")
    case .exclusionRefused:
      ("exclusion refused", "Open the region without the exclusion named")
    case .numaUnavailable:
      (
        "NUMA unavailable",
        "Build with the trait NUMA on a kernel with NUMA, or allow the degradation .placement"
      )
    case .noSuchNode:
      (
        "no such node with memory",
        "Name a node of NUMATopology.current, or allow the degradation .placement"
      )
    case .nodeNotAllowed:
      (
        "node not allowed to this process",
        "Widen the cpuset (cpuset.mems), or allow the degradation .placement"
      )
    case .placementRefused:
      (
        "placement refused",
        "Let the container's seccomp profile permit mbind (CAP_SYS_NICE), or allow the degradation "
          + ".placement"
      )
    case .placementNotMet:
      (
        "pages on other nodes",
        "Commit less, free memory on the nodes, or allow the degradation .placement"
      )
    case .registered:
      ("region registered with a device", "Drop its registrations first")
    case .notRegistrable:
      (
        "region cannot be registered with a device",
        "Open it with excludedFromForks: true, or with memory-file storage"
      )
    case .alreadyClaimed:
      ("region already has a pool", "Close that pool first, or open another region")
    case .notOwner:
      (
        "region of the process that this one was forked from",
        "Open a region of its own in the child"
      )
    case .discardRefused:
      ("taking pages back refused", "Use Linux 5.18 or later for locked pages and huge pages")
    case .sideTablesRefused:
      ("allocator tables refused", "Raise RLIMIT_AS (ulimit -v) or vm.max_map_count")
    }
  }
}
