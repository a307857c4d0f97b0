// The kernel's pools of huge pages: one a size for the machine, and each node's share of it.

/// The kernel's pool of huge pages of one size.
public struct HugePagePool: Hashable, Sendable {
  /// The size of one huge page, in bytes.
  public let pageByteCount: Int
  /// Huge pages in the pool.
  public let totalCount: Int
  /// Huge pages that back nothing yet.
  public let freeCount: Int
  /// Free ones that are promised to mappings. Zero for a node's share, which does not count them.
  public let reservedCount: Int
  /// The directory in /sys with these figures.
  public let directory: String

  /// The machine's pool, or a node's share. Nil if the kernel has no huge pages of that size.
  package init?(shift: Int, node: NUMANode? = nil, _ systemCalls: SystemCalls) {
    let parent = node.map(NUMATopology.directory) ?? "/sys/kernel/mm"
    let directory = "\(parent)/hugepages/hugepages-\(1 << (shift - 10))kB"
    guard let total = systemCalls.number(directory + "/nr_hugepages") else { return nil }
    self.pageByteCount = 1 << shift
    self.totalCount = total
    self.freeCount = systemCalls.number(directory + "/free_hugepages") ?? 0
    self.reservedCount = systemCalls.number(directory + "/resv_hugepages") ?? 0
    self.directory = directory
  }

  /// The pools of the sizes that a region can be backed with.
  package static func all(node: NUMANode? = nil, _ systemCalls: SystemCalls) -> [HugePagePool] {
    Backing.allCases.compactMap(\.poolPageShift).compactMap {
      HugePagePool(shift: $0, node: node, systemCalls)
    }
  }
}
