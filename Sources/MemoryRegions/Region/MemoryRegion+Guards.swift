// Pages without access, by which a pool finds who writes beyond a block, or to one that is free. The
// region only makes them and takes them away; where they stand is the pool's choice.

import Synchronization
import SystemPackage

/// A region's guard pages at one moment.
public struct GuardStatistics: Hashable, Sendable {
  /// Guards standing: ranges of pages, each made and ended as one.
  public package(set) var guards = 0
  /// Pages in them.
  public package(set) var pages = 0
  /// How often a guard could not be had since the region was opened: for lack of memory, or beyond
  /// the number of mappings that may be guards.
  public package(set) var refused = 0
}

extension MemoryRegion {
  /// The region's guard pages. One lock, held for a moment; in a forked child there are none.
  public var guardStatistics: GuardStatistics {
    guard isOwnedByThisProcess else { return GuardStatistics() }
    return guards.withVisibleLock {
      GuardStatistics(guards: $0.pageCounts.count, pages: $0.pages, refused: $0.refused)
    }
  }

  /// Makes pages inaccessible, as one guard: an access to one of them ends the process by SIGSEGV.
  ///
  /// Nobody may use the pages during the call. With `granted.guardMethod` being `.markers` they lose
  /// their contents and their memory.
  /// - Returns: whether they are guarded now. False for lack of memory, or beyond the number of
  ///   mappings that may be guards, which is counted. Then they are as accessible, and as populated,
  ///   as before; with `.markers` their contents may be gone.
  /// - Throws: `.guardRefused` and `.notOwner`; with `.markers` also what `populate(pages:)` throws,
  ///   and then some of the pages may not be in memory.
  /// - Precondition: the region was opened with guard pages, and the range is not empty, lies within
  ///   the committed pages, and has no guard in it.
  /// - Complexity: O(`pages`), one system call. Any thread.
  package func guardPages(_ pages: Range<Int>) throws(RegionError) -> Bool {
    try changingGuards(of: pages) { (method, part) throws(RegionError) in
      guard guards.withVisibleLock({ $0.add(pages) }) else { return false }
      do throws(Errno) {
        try set(method, part)
        return true
      } catch {
        guards.withVisibleLock { $0.refuse(pages) }
        // What was done of it is undone.
        try? unset(method, part)
        if method == .markers { try bringInIfPromised(part) }
        if error == .noMemory { return false }
        throw RegionError(
          .guardRefused, call: method.call, errno: error, detail: "\(pages.count) pages")
      }
    }
  }

  /// Ends a guard. With `.markers` its pages read as zero then, and are absent unless the region
  /// promises memory: then they are populated first. With `.protection` they read as before.
  ///
  /// - Throws: `.guardRefused`, `.notOwner`, and what `populate(pages:)` throws. The guard stands
  ///   then.
  /// - Precondition: the pages are those of one guard.
  /// - Complexity: O(`pages`). Any thread.
  package func unguardPages(_ pages: Range<Int>) throws(RegionError) {
    try changingGuards(of: pages) { (method, part) throws(RegionError) in
      guards.withVisibleLock { $0.check(pages) }
      try call(method.call, .guardRefused, "\(pages.count) pages") { () throws(Errno) in
        try unset(method, part)
      }
      if method == .markers {
        do throws(RegionError) {
          try bringInIfPromised(part)
        } catch {
          // The markers' places in the page tables are still there, so this needs no memory.
          try? set(method, part)
          throw error
        }
      }
      guards.withVisibleLock { $0.remove(pages) }
    }
  }

  /// Runs `body` with the method and the addresses, while nothing else changes the region.
  private func changingGuards<Result>(
    of pages: Range<Int>, _ body: (GuardMethod, Range<Int>) throws(RegionError) -> Result
  ) throws(RegionError) -> Result {
    try checkOwner()
    return try changes.withVisibleLock { _ throws(RegionError) in
      guard let method = granted.guardMethod else {
        preconditionFailure("guarding pages of a region that was opened without guards")
      }
      precondition(
        !pages.isEmpty && pages.lowerBound >= 0
          && pages.upperBound <= committedByteCount / pageByteCount,
        "guarding pages outside the committed part of the region")
      let mapping = mapping
      let start = mapping.address(pages.lowerBound * pageByteCount)
      return try body(method, start..<start + pages.count * pageByteCount)
    }
  }

  private func set(_ method: GuardMethod, _ part: Range<Int>) throws(Errno) {
    let systemCalls = mapping.systemCalls
    switch method {
    case .markers: try systemCalls.advise(part.lowerBound, part.count, .installGuards)
    case .protection: try systemCalls.protect(part.lowerBound, part.count, .none)
    }
  }

  private func unset(_ method: GuardMethod, _ part: Range<Int>) throws(Errno) {
    let systemCalls = mapping.systemCalls
    switch method {
    case .markers: try systemCalls.advise(part.lowerBound, part.count, .removeGuards)
    case .protection: try systemCalls.protect(part.lowerBound, part.count, .readAndWrite)
    }
  }

  private func bringInIfPromised(_ part: Range<Int>) throws(RegionError) {
    guard promisesMemory else { return }
    let mapping = mapping
    try mapping.bringIn(part.lowerBound - mapping.base..<part.upperBound - mapping.base)
  }
}

extension GuardMethod {
  /// The system call that it is made with.
  fileprivate var call: String {
    switch self {
    case .markers: "madvise"
    case .protection: "mprotect"
    }
  }
}
