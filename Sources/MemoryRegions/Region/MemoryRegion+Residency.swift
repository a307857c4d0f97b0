// Where a region's pages are. The question changes nothing: pages that are not in memory stay out
// of it, and are counted apart.

import Synchronization

/// The pages of a region by node, at one moment.
public struct Residency: Hashable, Sendable {
  /// How the pages were counted.
  public enum Method: Hashable, Sendable {
    /// The kernel was asked for each page (move_pages).
    case everyPage
    /// By the kernel's own counts for the region's mappings (/proc/self/numa_maps).
    case mappingCounts
  }

  /// Base pages in memory by node. Nodes without any are left out.
  public let pages: [NUMANode: Int]
  /// Committed base pages that take no memory: never written to, given back or swapped out.
  public let absent: Int
  /// How they were counted.
  public let method: Method
}

extension MemoryRegion {
  /// Counts the committed pages by node. Any thread may ask; pages that come or go meanwhile may be
  /// counted either way.
  ///
  /// - Throws: `.residencyUnknown` where the kernel does not answer, `.notOwner`.
  /// - Complexity: O(pages), about 56 ms for each GiB in base pages. What changes the region waits:
  ///   commits, registrations, and a pool's discarding and refilling of trimmed blocks.
  public func residency() throws(RegionError) -> Residency {
    try checkOwner()
    return try changes.withVisibleLock { _ throws(RegionError) in
      let mapping = mapping
      return try mapping.survey(mapping.base..<mapping.base + committedByteCount).residency()
    }
  }
}
