// Whether a refusal is true. It must be so by its own figures; and by those of the threads, which know
// how much they all want at most.

import IOPages
import PagePools

/// What is known of a pool, against which a refusal is held.
struct StressRefusal {
  /// The order of the largest block that is free when all is free; nil if there is none.
  var largestOrder: Int?
  /// The pages of all pools, and how many pools there are.
  var pageCount: Int
  var poolCount: Int
  /// Whether the threads together never want more pages than there are.
  var isCeiled: Bool
  /// Whether pages that nobody has are missing, since they guard those that somebody has.
  var hasGuards: Bool

  /// - Throws: ``StressFault`` if the error cannot be true.
  func check(_ error: OutOfMemory, of request: PageRequest) throws(StressFault) {
    let asked = (pages: request.pages, order: request.order)
    guard error.requestedPages == asked.pages, error.requestedOrder == asked.order else {
      throw fault("what was asked for, \(asked.pages) pages of order \(asked.order)", error)
    }
    guard (0...pageCount).contains(error.freePages) else {
      throw fault("at most \(pageCount) free pages", error)
    }
    switch error.reason {
    case .exhausted:
      // Of several pools, each has fewer than that.
      guard error.freePages < asked.pages || error.otherNodes > 0 else {
        throw fault("fewer than \(asked.pages) free pages", error)
      }
      // A request for one node has only that one's pages.
      if isCeiled, !hasGuards, poolCount == 1 {
        throw fault("\(asked.pages) pages to be free, as all threads want fewer", error)
      }
    case .fragmented:
      guard error.largestFreeOrder ?? -1 < asked.order, error.freePages >= asked.pages else {
        throw fault("pages enough, and no block of order \(asked.order)", error)
      }
    case .largerThanRegion:
      guard asked.order > largestOrder ?? -1 || asked.pages > pageCount / poolCount else {
        throw fault("a request for more than there ever is", error)
      }
    case .notBacked:
      // The kernel has none: nobody here knows better.
      return
    case .limit, .notOwner, .noPoolOnNode, .injected, .othersWait, .cancelled:
      throw fault("a pool of this process, without limits", error)
    }
  }

  private func fault(_ expected: String, _ error: OutOfMemory) -> StressFault {
    StressFault(
      expected: expected,
      found: "\(error.reason) with \(error.freePages) free pages in blocks of up to order "
        + "\(error.largestFreeOrder ?? -1)")
  }
}
