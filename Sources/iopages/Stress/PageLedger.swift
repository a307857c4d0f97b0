// How many pages all threads want or have, together. A thread announces pages before it asks for them
// and takes them off after it has given them back, so that the figure is never below what is out.
// With a ceiling that nobody exceeds, this proves requests right or wrong: if n pages fit below the
// ceiling of a pool, then at every instant of the request at least n pages were free.

import Synchronization

/// The pages that are wanted or out.
final class PageLedger: Sendable {
  /// The most that may be wanted at once; nil if more may be wanted than there is.
  let ceiling: Int?
  /// The pages that threads try to have out.
  private let goal: Int
  private let pageCount: Int
  private let wanted = Atomic<Int>(0)

  init(pageCount: Int, fill: Double) {
    self.pageCount = pageCount
    goal = Int(Double(pageCount) * fill)
    ceiling = fill <= 1 ? max(1, Int(Double(pageCount) * fill)) : nil
  }

  /// Parts of one page count one each, so that this may be more than there are pages.
  var pages: Int { wanted.load(ordering: .relaxed) }

  /// Whether blocks may be taken apart: what has no end else.
  var hasRoomForParts: Bool { pages < pageCount * 2 }

  /// Whether more should be taken than given back.
  var isLow: Bool { pages < goal }

  /// Announces pages; false if there is no room for so many.
  func announce(_ count: Int) -> Bool {
    guard let ceiling else {
      wanted.add(count, ordering: .relaxed)
      return true
    }
    var current = wanted.load(ordering: .relaxed)
    while current + count <= ceiling {
      // Acquiring what was given back before it was taken off; see `takeOff`.
      let (isChanged, value) = wanted.weakCompareExchange(
        expected: current, desired: current + count, successOrdering: .acquiring,
        failureOrdering: .relaxed)
      if isChanged { return true }
      current = value
    }
    return false
  }

  /// Counts parts that a cut makes more.
  func addParts(_ count: Int) { wanted.add(count, ordering: .relaxed) }

  /// Takes off pages that are back, or were not to be had.
  func takeOff(_ count: Int) { wanted.subtract(count, ordering: .releasing) }
}
