// What is checked of each block, whoever takes it or gives it back.

import IOPages
import PagePools

/// The map and the ledger of a run, and the checks that need them.
final class StressAudit: Sendable {
  let map: PageMap
  let ledger: PageLedger
  let refusal: StressRefusal

  init(_ subject: some StressSubject, options: StressOptions) {
    let statistics = subject.statistics
    map = PageMap(subject.spans)
    ledger = PageLedger(pageCount: map.pageCount, fill: options.fill)
    refusal = StressRefusal(
      largestOrder: statistics.compactMap(\.largestFreeOrder).max(), pageCount: map.pageCount,
      poolCount: statistics.count, isCeiled: options.fill <= 1,
      hasGuards: subject.inspection.guardsRuns)
  }

  /// Checks a block that was just taken, enters it into the map and writes its cookie.
  func admit(_ block: StressBlock, as request: PageRequest, isZero: Bool) throws(StressFault) {
    let runs = block.runs
    try checkShape(runs, of: request)
    for run in runs { try map.claim(map.pages(run), for: block.owner) }
    try unsafe block.withEachRun { (bytes) throws(StressFault) in
      // The block's own bytes; nobody else touches them, if all is right.
      if isZero { try unsafe BlockCookie.checkIsZero(UnsafeRawBufferPointer(bytes)) }
      unsafe block.cookie.write(to: bytes)
    }
  }

  private func checkShape(_ runs: [Range<UInt>], of request: PageRequest) throws(StressFault) {
    let isOfSinglePages = if case .singles = request { true } else { false }
    let runCount = isOfSinglePages ? request.pages : 1
    let runLength = UInt((isOfSinglePages ? 1 : request.pages) * IOPage.pageSize)
    let alignment = UInt(IOPage.pageSize) << UInt(request.order)
    guard runs.count == runCount else {
      throw StressFault(expected: "\(runCount) run(s)", found: "\(runs.count)")
    }
    for run in runs {
      guard UInt(run.count) == runLength else {
        throw StressFault(expected: "\(runLength) bytes", found: "\(run.count)")
      }
      guard run.lowerBound & (alignment - 1) == 0 else {
        throw StressFault(
          expected: "a multiple of \(alignment) bytes",
          found: "0x\(String(run.lowerBound, radix: 16))")
      }
    }
  }

  /// Checks that a block's pages are its own, and hold what was written into them.
  func inspect(_ block: StressBlock) throws(StressFault) {
    for run in block.runs { try map.check(map.pages(run), areOf: block.owner) }
    try unsafe block.withEachRun { (bytes) throws(StressFault) in
      // The block's own bytes, as above.
      try unsafe block.cookie.check(UnsafeRawBufferPointer(bytes))
    }
  }

  /// Strikes a block out of the map, which is about to be given back.
  ///
  /// - Returns: the pages to be taken off the ledger when it is.
  func dismiss(_ block: StressBlock) throws(StressFault) -> Int {
    if let lot = block.frozenLot {
      if lot.begin() { try map.strikeOut(lot.pages, of: block.owner) }
      return 0
    }
    var count = 0
    for run in block.runs {
      let pages = try map.pages(run)
      try map.strikeOut(pages, of: block.owner)
      count += pages.count
    }
    return count
  }

  /// Strikes those pages out in which bytes are about to be given up, and none kept.
  ///
  /// - Parameter rest: what is kept, some of the bytes next to each other.
  /// - Returns: how many pages these are.
  func giveUp(
    _ bytes: Range<UInt>, keeping rest: Range<UInt>, of owner: StressOwner
  ) throws(StressFault) -> Int {
    let pages = try map.pages(bytes)
    let kept = rest.isEmpty ? pages.upperBound..<pages.upperBound : try map.pages(rest)
    try map.strikeOut(pages.lowerBound..<kept.lowerBound, of: owner)
    try map.strikeOut(kept.upperBound..<pages.upperBound, of: owner)
    return pages.count - kept.count
  }
}
