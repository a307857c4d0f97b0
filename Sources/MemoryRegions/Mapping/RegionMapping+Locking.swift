// Locking comes before populating and as "on fault": the kernel counts the whole range against
// RLIMIT_MEMLOCK at once, so a limit that is too low is found before any page is brought in.

import SystemPackage

extension RegionMapping {
  /// Locks the part, if wished. Huge pages from the pool are never swapped and need no lock.
  func lock(_ part: Range<Int>) throws(RegionError) {
    guard options.lockedInMemory, options.backing.poolPageShift == nil else { return }
    do throws(Errno) {
      try systemCalls.lockOnFault(part.lowerBound, part.count)
    } catch {
      let limit = (try? systemCalls.lockLimit()) ?? Int.max
      let isLimit =
        error == .noMemory || error == .notPermitted || error == .resourceTemporarilyUnavailable
      guard isLimit, limit != Int.max else {
        throw RegionError(
          .lockRefused, call: "mlock2", errno: error, detail: "\(part.count) bytes")
      }
      throw RegionError(
        .lockLimit, call: "mlock2", errno: error,
        detail: "\(part.count) bytes more to lock, RLIMIT_MEMLOCK is \(limit) bytes")
    }
  }
}
