// Memory that a forked child finds in its place, but zeroed (MADV_WIPEONFORK): what a parent keeps
// there, no child takes for its own, and a child's access to it is no fault.

import SystemPackage

/// Mapping memory for tables: zero, lazily backed, wiped in forked children.
enum WipedMemory {
  /// Maps `byteCount` bytes, a multiple of the page. Returns the address.
  static func map(_ byteCount: Int, _ systemCalls: SystemCalls) throws(RegionError) -> Int {
    let detail = "\(byteCount) bytes"
    let address = try call("mmap", .sideTablesRefused, detail) { () throws(Errno) in
      try systemCalls.map(.memory(.anywhere), byteCount)
    }
    do throws(RegionError) {
      try call("madvise", .sideTablesRefused, detail) { () throws(Errno) in
        try systemCalls.advise(address, byteCount, .wipeOnFork)
      }
    } catch {
      try? systemCalls.unmap(address, byteCount)
      throw error
    }
    // The tables of a large region are touched sparsely: huge pages would make most of them real.
    // A kernel without transparent huge pages refuses the advice, and needs none.
    try? systemCalls.advise(address, byteCount, .noHugePages)
    return address
  }
}
