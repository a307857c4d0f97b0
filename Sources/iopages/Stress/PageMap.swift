// Who has each page, in a word for each: the owner in the upper 48 bits, and in the lower 16 how many
// parts it is in, which is 1 unless it was cut by a buffer's split. 0 is nobody.
//
// A page is entered after it was taken and struck out before it is given back: an entry that is there
// already belongs to somebody who has not given the page back. Where several threads drop parts of
// one page, each strikes its own out first, so that the last one is struck out before the page goes.

import Synchronization

/// Pages next to each other in memory.
struct PageSpan: Equatable, Sendable {
  /// The address of the first one.
  var base: UInt
  var pageCount: Int
}

/// Who has each page of a pool, or of several ones.
@safe
final class PageMap: @unchecked Sendable {
  // Sendable: the words are atomic, and where they are never changes.
  private let words: UnsafeMutablePointer<Atomic<UInt64>>
  private let spans: [PageSpan]
  let pageCount: Int

  private static var partMask: UInt64 { 0xffff }
  private static var pageShift: UInt { 12 }

  init(_ spans: [PageSpan]) {
    self.spans = spans
    pageCount = spans.reduce(0) { $0 + $1.pageCount }
    unsafe words = .allocate(capacity: pageCount)
    for page in 0..<pageCount {
      // In bounds, and not initialized before.
      unsafe (words + page).initialize(to: Atomic(0))
    }
  }

  deinit {
    // All of them are initialized.
    unsafe words.deinitialize(count: pageCount)
    unsafe words.deallocate()
  }

  /// The pages in which these bytes lie, counted through all pools.
  func pages(_ bytes: Range<UInt>) throws(StressFault) -> Range<Int> {
    var first = 0
    for span in spans {
      let end = span.base + UInt(span.pageCount) << PageMap.pageShift
      if bytes.lowerBound >= span.base, bytes.upperBound <= end {
        let lower = Int((bytes.lowerBound - span.base) >> PageMap.pageShift)
        let upper = Int((bytes.upperBound - span.base + 4095) >> PageMap.pageShift)
        return first + lower..<first + upper
      }
      first += span.pageCount
    }
    throw StressFault(
      expected: "pages of the pool",
      found: "0x\(String(bytes.lowerBound, radix: 16))..<0x\(String(bytes.upperBound, radix: 16))")
  }

  /// Enters pages that were just taken.
  func claim(_ pages: Range<Int>, for owner: StressOwner) throws(StressFault) {
    for page in pages {
      // What is written into pages is ordered by the pool: an entry is a number, and no more.
      let (isFree, word) = unsafe words[page].compareExchange(
        expected: 0, desired: owner.bits << 16 | 1, ordering: .relaxed)
      guard isFree else {
        throw StressFault(
          expected: "page \(page) to be out once",
          found: "it is with \(StressOwner(bits: word >> 16)) as well")
      }
    }
  }

  /// Checks that these pages are entered for that owner.
  func check(_ pages: Range<Int>, areOf owner: StressOwner) throws(StressFault) {
    for page in pages { try change(page, of: owner) { _ in nil } }
  }

  /// Strikes one part out of each of these pages, which are about to be given up.
  func strikeOut(_ pages: Range<Int>, of owner: StressOwner) throws(StressFault) {
    for page in pages {
      try change(page, of: owner) { $0 & PageMap.partMask == 1 ? 0 : $0 - 1 }
    }
  }

  /// Counts one part more in a page that is about to be cut.
  ///
  /// - Returns: false if it has too many to be counted.
  func addPart(to page: Int, of owner: StressOwner) throws(StressFault) -> Bool {
    try change(page, of: owner) { $0 & PageMap.partMask == PageMap.partMask ? nil : $0 + 1 }
  }

  @discardableResult
  private func change(
    _ page: Int, of owner: StressOwner, _ next: (UInt64) -> UInt64?
  ) throws(StressFault) -> Bool {
    // The page is one of the map's: its number comes from `pages`.
    var word = unsafe words[page].load(ordering: .relaxed)
    while true {
      guard word >> 16 == owner.bits else {
        throw StressFault(
          expected: "page \(page) to be with \(owner)",
          found: "it is with \(StressOwner(bits: word >> 16))")
      }
      guard let next = next(word) else { return false }
      let (isChanged, current) = unsafe words[page].weakCompareExchange(
        expected: word, desired: next, ordering: .relaxed)
      if isChanged { return true }
      word = current
    }
  }

  /// The pages that somebody has.
  var pagesOut: [Int] {
    (0..<pageCount).filter { unsafe words[$0].load(ordering: .relaxed) != 0 }
  }
}
