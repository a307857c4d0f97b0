// What this machine lets a region have. Asking costs a few small files and one page mapped for a
// moment, so it is asked for, never done while opening a region.

public import SystemPackage

/// The limits that decide which wishes of a region are granted here.
public struct SystemLimits: Hashable, Sendable {
  /// When the kernel uses transparent huge pages.
  public enum TransparentHugePages: String, Hashable, Sendable {
    case always, madvise, never
  }

  /// Whether memory can be placed on nodes.
  public enum PlacementPermission: Hashable, Sendable {
    /// mbind works.
    case permitted
    /// mbind is refused with this errno: EPERM by a container's seccomp profile, ENOSYS by a kernel
    /// without NUMA.
    case refused(Errno)
  }

  /// The kernel's page size in bytes. Regions need 4096.
  public let pageByteCount: Int
  /// RLIMIT_MEMLOCK in bytes; nil for no limit.
  public let lockLimit: Int?
  /// Whether the limit is waived (CAP_IPC_LOCK); nil if the system does not say.
  public let canExceedLockLimit: Bool?
  /// The mode of transparent huge pages; nil on a kernel without them.
  public let transparentHugePages: TransparentHugePages?
  /// Whether mbind is permitted: one page was mapped to find out.
  public let placement: PlacementPermission
  /// The machine's pools of huge pages.
  public let hugePages: [HugePagePool]
  /// Bytes that can be brought in before anything is swapped; nil if the system does not say.
  public let availableByteCount: Int?
  /// The tightest memory cgroup's limit in bytes; nil if there is none.
  public let controlGroupLimit: Int?

  /// The limits as they are now. Any thread may ask.
  public static var current: SystemLimits { SystemLimits(.linux) }

  package init(_ systemCalls: SystemCalls) {
    self.pageByteCount = systemCalls.pageByteCount()
    let limit = (try? systemCalls.lockLimit()) ?? 0
    self.lockLimit = limit == .max ? nil : limit
    self.canExceedLockLimit = systemCalls.effectiveCapabilities.map { $0 >> 14 & 1 == 1 }
    self.transparentHugePages = systemCalls.transparentHugePages("enabled").flatMap {
      TransparentHugePages(rawValue: $0)
    }
    self.placement = Self.probePlacement(systemCalls)
    self.hugePages = HugePagePool.all(systemCalls)
    self.availableByteCount = systemCalls.keyedSizes("/proc/meminfo")?["MemAvailable"]
    // Version 1 says "no limit" by a number near the largest.
    let limits = MemoryControlGroup.ofThisProcess(systemCalls).compactMap { $0.limit(systemCalls) }
    self.controlGroupLimit = limits.filter { $0 < 1 << 60 }.min()
  }

  private static func probePlacement(_ systemCalls: SystemCalls) -> PlacementPermission {
    do throws(Errno) {
      let page = try systemCalls.map(.memory(.anywhere), MemoryRegions.pageByteCount)
      defer { try? systemCalls.unmap(page, MemoryRegions.pageByteCount) }
      try systemCalls.bind(page, MemoryRegions.pageByteCount, MemoryPolicy(.local))
      return .permitted
    } catch {
      return .refused(error)
    }
  }
}

extension SystemCalls {
  /// The chosen word of "always [madvise] never" in a file of transparent_hugepage; nil if absent.
  package func transparentHugePages(_ file: String) -> String? {
    guard let text = try? readFile("/sys/kernel/mm/transparent_hugepage/" + file),
      let start = text.firstIndex(of: "["), let end = text.firstIndex(of: "]"), start < end
    else { return nil }
    return String(text[text.index(after: start)..<end])
  }

  /// CapEff of the thread's status; nil if absent.
  fileprivate var effectiveCapabilities: UInt64? {
    statusField("CapEff").flatMap { UInt64($0, radix: 16) }
  }
}
