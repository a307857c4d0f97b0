// Giving pages back to the kernel while keeping their place. Each backing has its own call: private
// memory is dropped, a memory file gets a hole (dropping its pages would keep their contents), and
// pages from the pool, like transparent huge pages, go whole or not at all.

import Synchronization
import SystemPackage

extension MemoryRegion {
  /// Gives committed pages back. They read as zero afterwards and are absent until touched.
  ///
  /// Nobody may use the pages during the call. On an error none, some or all of them may be gone.
  /// - Throws: `.registered` while a device has the region, `.notWholeHugePages` if the range cuts
  ///   a huge page, `.discardRefused`, `.secretMemory`, `.notOwner`.
  /// - Precondition: the range is not empty and lies within the committed pages.
  package func discardContents(pages: Range<Int>) throws(RegionError) {
    try checkOwner()
    try changes.withVisibleLock { _ throws(RegionError) in
      precondition(
        !pages.isEmpty && pages.lowerBound >= 0
          && pages.upperBound <= committedByteCount / pageByteCount,
        "discarding pages outside the committed part of the region")
      try checkCanDiscard()
      hasDiscarded.store(true, ordering: .relaxed)
      let start = pages.lowerBound * pageByteCount
      try mapping.discard(start..<start + pages.count * pageByteCount)
    }
  }
}

extension MemoryRegion {
  /// Throws `.registered` while a device has the region, and `.secretMemory` for a secret one.
  package func checkCanDiscard() throws(RegionError) {
    try checkUnregistered()
    try checkNotSecret("giving pages back")
  }

  /// Throws `.registered` while a device has the region: its pages must stay where they are.
  func checkUnregistered() throws(RegionError) {
    let count = registrationCount
    guard count == 0 else { throw RegionError(.registered, detail: "\(count) registrations") }
  }
}

extension RegionMapping {
  /// Takes the memory from behind the bytes `range` (offsets from the base).
  func discard(_ range: Range<Int>) throws(RegionError) {
    if let unit = options.backing.hugePageByteCount {
      for bound in [range.lowerBound, range.upperBound] where bound % unit != 0 {
        throw RegionError(
          .notWholeHugePages, detail: "bytes \(range) in huge pages of \(unit)")
      }
    }
    let detail = "\(range.count) bytes"
    if let file {
      try call("fallocate", .discardRefused, detail) { () throws(Errno) in
        try systemCalls.punchHole(file, range.lowerBound, range.count)
      }
    } else {
      let isLocked = options.lockedInMemory && options.backing.poolPageShift == nil
      try call("madvise", .discardRefused, detail) { () throws(Errno) in
        try systemCalls.advise(
          address(range.lowerBound), range.count, isLocked ? .discardLocked : .discard)
      }
    }
  }
}
