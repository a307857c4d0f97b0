// How pages are made inaccessible. Since Linux 6.13 the kernel puts markers into the page tables,
// which cost nothing else. Before, a page without access is a mapping of its own, and so is what is
// left of it on its right:
//
//      |========== readable ==========|      ->      |== readable ==| none |== readable ==|
//
// A process has about 65,000 mappings (vm.max_map_count). Guards of this kind, over all regions of
// the process, take at most a quarter of that number of places, that is half of the mappings.

import Synchronization
import SystemPackage

/// How a region's guard pages refuse access.
public enum GuardMethod: Hashable, Sendable {
  /// By markers in the page tables (MADV_GUARD_INSTALL). Guarding discards a page: it reads as zero
  /// when it can be accessed again.
  case markers
  /// By taking the access away from a mapping (mprotect). The page keeps its bytes, and its memory.
  case protection

  /// The best that the kernel has: one page is mapped to find out.
  init(probing systemCalls: SystemCalls) {
    self = .protection
    guard let page = try? systemCalls.map(.memory(.anywhere), pageByteCount) else { return }
    if (try? systemCalls.advise(page, pageByteCount, .installGuards)) != nil { self = .markers }
    try? systemCalls.unmap(page, pageByteCount)
  }
}

/// A region's guards: which there are, and how many were not to be had.
struct GuardBook: Sendable {
  /// Guards of all regions that are mappings. A forked child has copies of its parent's.
  private static let mappings = Atomic<Int>(0)

  /// The pages of each guard, by its first page.
  private(set) var pageCounts: [Int: Int] = [:]
  private(set) var pages = 0
  private(set) var refused = 0
  private let method: GuardMethod?
  /// How many mappings may be guards; read once.
  private let limit: Int

  init(_ method: GuardMethod?, _ systemCalls: SystemCalls) {
    self.method = method
    // The kernel's own default, where it hides the file.
    self.limit =
      method == .protection
      ? (systemCalls.number("/proc/sys/vm/max_map_count") ?? 65530) / 4 : .max
  }

  /// Notes a guard that is to be made. False if there may be no more of them.
  mutating func add(_ pages: Range<Int>) -> Bool {
    precondition(pageCounts[pages.lowerBound] == nil, "guarding pages that are guarded already")
    if method == .protection, !Self.takeMapping(limit) {
      refused += 1
      return false
    }
    pageCounts[pages.lowerBound] = pages.count
    self.pages += pages.count
    return true
  }

  /// Traps unless the pages are those of one guard.
  func check(_ pages: Range<Int>) {
    precondition(
      pageCounts[pages.lowerBound] == pages.count, "ending a guard that these pages are not")
  }

  /// Notes that a guard is gone.
  mutating func remove(_ pages: Range<Int>) {
    check(pages)
    pageCounts[pages.lowerBound] = nil
    self.pages -= pages.count
    if method == .protection { Self.mappings.wrappingSubtract(1, ordering: .relaxed) }
  }

  /// Notes that a guard could not be made.
  mutating func refuse(_ pages: Range<Int>) {
    remove(pages)
    refused += 1
  }

  /// The region goes, and its guards with it.
  mutating func end() {
    if method == .protection {
      Self.mappings.wrappingSubtract(pageCounts.count, ordering: .relaxed)
    }
    pageCounts = [:]
    pages = 0
  }

  private static func takeMapping(_ limit: Int) -> Bool {
    let former = mappings.wrappingAdd(1, ordering: .relaxed).oldValue
    if former < limit { return true }
    mappings.wrappingSubtract(1, ordering: .relaxed)
    return false
  }
}
