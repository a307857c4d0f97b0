// Asking the kernel where pages really are. The best answer is move_pages without a target, one
// call for many pages; containers often refuse it. Then get_mempolicy, one call a page; then the
// counts in /proc/self/numa_maps, which needs no permission; then nobody knows.

import SystemPackage

/// The whereabouts of the pages of one address range.
package struct PageSurvey {
  let systemCalls: SystemCalls
  let range: Range<Int>
  let pageStep: Int

  /// `pageStep`: the distance of the pages to ask about; nil for base pages.
  package init(_ systemCalls: SystemCalls, _ range: Range<Int>, pageStep: Int?) {
    self.systemCalls = systemCalls
    self.range = range
    self.pageStep = pageStep ?? pageByteCount
  }

  /// Pages asked about in one call: the addresses and the answers stay in a processor's cache.
  package static let chunk = 4096

  /// Base pages in each page asked about.
  var basePagesEach: Int { pageStep / pageByteCount }

  /// Pages in the range.
  package var pageCount: Int { range.count / pageStep }

  /// Pages outside the wanted nodes.
  package struct Strays {
    /// How it was found out.
    package var check: PlacementCheck
    /// How many there are.
    package var count = 0
    /// Their addresses, where the answer names them.
    package var pages: [Int] = []
  }

  /// Finds the pages that are on none of the nodes. A page that is not in memory at all (swapped
  /// out since) is no stray: the policy decides where it comes back.
  package func strays(outside nodes: NodeMask) -> Strays {
    if let strays = try? strays(outside: nodes, asking: systemCalls.nodes) { return strays }
    let single: @Sendable ([Int]) throws(Errno) -> [Int32] = { (pages) throws(Errno) in
      var answers: [Int32] = []
      for page in pages { answers.append(try systemCalls.node(page)) }
      return answers
    }
    if let strays = try? strays(outside: nodes, asking: single) { return strays }
    guard let text = try? systemCalls.readFile("/proc/self/numa_maps"),
      let found = NUMAMaps.count(text, in: range)
    else { return Strays(check: .unverified) }
    let count = found.pagesByNode.reduce(0) { $0 + (nodes.contains($1.key) ? 0 : $1.value) }
    // No strays among more pages than ours are none among ours. Some may be a neighbour's.
    guard count == 0 || found.isOnly(pageCount) else { return Strays(check: .unverified) }
    return Strays(check: .everyPage, count: count)
  }

  private func strays(
    outside nodes: NodeMask, asking whereabouts: ([Int]) throws(Errno) -> [Int32]
  ) throws(Errno) -> Strays {
    var strays = Strays(check: .everyPage)
    try forEachChunk { (pages) throws(Errno) in
      for (page, node) in zip(pages, try whereabouts(pages))
      where node >= 0 && !nodes.contains(Int(node)) {
        strays.pages.append(page)
      }
    }
    strays.count = strays.pages.count
    return strays
  }

  func forEachChunk(_ body: ([Int]) throws(Errno) -> Void) throws(Errno) {
    let stride = Self.chunk * pageStep
    for start in Swift.stride(from: range.lowerBound, to: range.upperBound, by: stride) {
      let end = min(start + stride, range.upperBound)
      try body(Array(Swift.stride(from: start, to: end, by: pageStep)))
    }
  }
}
