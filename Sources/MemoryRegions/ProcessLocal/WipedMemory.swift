// Memory that a forked child finds in its place, but zeroed (MADV_WIPEONFORK): what a parent keeps
// there, no child takes for its own, and a child's access to it is no fault. It lies between two
// pages without access, so that whoever runs off the end of another mapping ends there, and not in
// an allocator's books:
//
//      | no access |  byteCount, zero, wiped by a fork  | no access |
//                  ^ address
//
// The kernel joins neighbouring mappings that are alike, which these are not: guards join guards.

import SystemPackage

/// Mapping memory for tables: zero, lazily backed, guarded, wiped in forked children.
enum WipedMemory {
  /// Maps `byteCount` bytes, a multiple of the page. Returns the address.
  static func map(_ byteCount: Int, _ systemCalls: SystemCalls) throws(RegionError) -> Int {
    let detail = "\(byteCount) bytes"
    let (span, tooLarge) = byteCount.addingReportingOverflow(2 * pageByteCount)
    guard !tooLarge else { throw RegionError(.sideTablesRefused, detail: detail) }
    let start = try call("mmap", .sideTablesRefused, detail) { () throws(Errno) in
      try systemCalls.map(.reservation(.anywhere), span)
    }
    let address = start + pageByteCount
    do throws(RegionError) {
      try call("mprotect", .sideTablesRefused, detail) { () throws(Errno) in
        try systemCalls.protect(address, byteCount, .readAndWrite)
      }
      try call("madvise", .sideTablesRefused, detail) { () throws(Errno) in
        try systemCalls.advise(address, byteCount, .wipeOnFork)
      }
    } catch {
      unmap(address, byteCount, systemCalls)
      throw error
    }
    // The tables of a large region are touched sparsely: huge pages would make most of them real.
    // A kernel without transparent huge pages refuses the advice, and needs none.
    try? systemCalls.advise(address, byteCount, .noHugePages)
    return address
  }

  /// Unmaps what `map` gave, with the pages around it.
  static func unmap(_ address: Int, _ byteCount: Int, _ systemCalls: SystemCalls) {
    try? systemCalls.unmap(address - pageByteCount, byteCount + 2 * pageByteCount)
  }
}
