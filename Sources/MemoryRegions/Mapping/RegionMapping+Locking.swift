// Locking comes before populating and as "on fault": the kernel counts the whole range against
// RLIMIT_MEMLOCK at once, so a limit that is too low is found before any page is brought in.

import SystemPackage

extension RegionMapping {
  /// Locks the part, if wished. Huge pages from the pool are never swapped and need no lock, and
  /// secret memory is locked by itself.
  func lock(_ part: Range<Int>) throws(RegionError) {
    guard options.lockedInMemory, options.backing.poolPageShift == nil, options.storage != .secret
    else { return }
    do throws(Errno) {
      try systemCalls.lockOnFault(part.lowerBound, part.count)
    } catch {
      throw lockRefusal(call: "mlock2", errno: error, part.count, else: .lockRefused)
    }
  }

  /// Why so many bytes more were not locked: the limit if there is one, else `kind`.
  func lockRefusal(
    call: String, errno: Errno, _ byteCount: Int, else kind: RegionError.Kind
  ) -> RegionError {
    let limit = (try? systemCalls.lockLimit()) ?? Int.max
    let isLimit =
      errno == .noMemory || errno == .notPermitted || errno == .resourceTemporarilyUnavailable
    guard isLimit, limit != Int.max else {
      return RegionError(kind, call: call, errno: errno, detail: "\(byteCount) bytes")
    }
    return RegionError(
      .lockLimit, call: call, errno: errno,
      detail: "\(byteCount) bytes more to lock, RLIMIT_MEMLOCK is \(limit) bytes")
  }
}
