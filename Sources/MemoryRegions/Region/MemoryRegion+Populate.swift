// Getting back what was given to the kernel. Where a region promised memory, pages that were
// discarded are brought in again, placed and checked as they were when they were committed, before
// anybody uses them.

import Synchronization

extension MemoryRegion {
  /// Whether the region promises more of its committed pages than that memory comes when they are
  /// touched: that it is there, comes from the kernel's pool, or lies on certain nodes.
  package var promisesMemory: Bool {
    granted.isPopulated || granted.backing.poolPageShift != nil
      || placement.requiredNodes != nil
  }

  /// The binary logarithm of the pages that `discardContents(pages:)` takes only together.
  package var discardOrder: Int {
    (granted.backing.hugePageByteCount ?? pageByteCount).trailingZeroBitCount
      - pageByteCount.trailingZeroBitCount
  }

  /// Brings discarded pages into memory again. Pages that are there stay as they are.
  ///
  /// - Throws: `.notEnoughMemory`, `.notEnoughMemoryOnNodes`, `.populationRefused`,
  ///   `.hugePagesUnavailable`,
  ///   `.placementNotMet`, `.notOwner`; then some of the pages may be there.
  /// - Precondition: the range is not empty and lies within the committed pages.
  /// - Complexity: O(pages), and some files of the kernel's are read. Any thread.
  package func populate(pages: Range<Int>) throws(RegionError) {
    try checkOwner()
    try changes.withVisibleLock { _ throws(RegionError) in
      precondition(
        !pages.isEmpty && pages.lowerBound >= 0
          && pages.upperBound <= committedByteCount / pageByteCount,
        "populating pages outside the committed part of the region")
      let start = pages.lowerBound * pageByteCount
      try mapping.bringIn(start..<start + pages.count * pageByteCount)
    }
  }
}
