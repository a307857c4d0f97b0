// A region's refusals in the words of the command line: the library names its own options as the way
// out, and whoever types a command has others.

package import MemoryRegions
import SystemPackage

extension RegionError {
  /// What failed, the figures, the call with its errno, and which option to change, in one line.
  package var commandLineDescription: String {
    let figures = detail.isEmpty ? "" : ": " + detail
    let reason =
      if let call, let errno { " (\(call): \(errno), errno \(errno.rawValue))" } else { "" }
    return "\(kind)\(figures)\(reason). \(commandLineRemedy ?? kind.remedy)."
  }

  private var commandLineRemedy: String? {
    switch kind {
    case .placementNotMet where isMovingRefused, .placementRefused where isMovingRefused:
      "Let the container's seccomp profile permit move_pages, or leave --numa-node out"
    case .invalidByteCount:
      "Give --region a whole number of pages of 4096 bytes, and one at least"
    case .largerThanAddressSpace: "Give --region less than 128 TiB"
    case .invalidLargestOrder: "Give --largest-order a number from 0 to 35"
    case .notWholeHugePages:
      "Give --region whole huge pages, --region 1G for example, or use --huge-pages none"
    case .reservationRefused:
      "Use a smaller --region or --largest-order, or raise RLIMIT_AS (ulimit -v)"
    case .commitRefused:
      "Use smaller or fewer blocks (--block, --queue-depth), or look at vm.overcommit_memory, "
        + "vm.max_map_count and RLIMIT_DATA (ulimit -d)"
    case .hugePagesUnavailable: "Reserve more as said here, or use --huge-pages none"
    case .transparentHugePagesUnavailable:
      "Write madvise to /sys/kernel/mm/transparent_hugepage/enabled, or use --huge-pages none"
    case .notEnoughMemory, .populationRefused:
      "Use smaller or fewer blocks (--block, --queue-depth), or --huge-pages none"
    case .lockLimit: "Raise RLIMIT_MEMLOCK (ulimit -l)"
    case .numaUnavailable:
      "Build with the trait NUMA on a kernel with NUMA, or leave --numa-node out"
    case .noSuchNode: "Name a node that iopages topology shows, or leave --numa-node out"
    case .nodeNotAllowed: "Widen the cpuset (cpuset.mems), or leave --numa-node out"
    case .placementRefused:
      "Let the container's seccomp profile permit mbind (CAP_SYS_NICE), or leave --numa-node out"
    case .notEnoughMemoryOnNodes, .placementNotMet:
      "Use smaller or fewer blocks (--block, --queue-depth), free memory on the node, or leave "
        + "--numa-node out"
    default: nil
    }
  }
}
