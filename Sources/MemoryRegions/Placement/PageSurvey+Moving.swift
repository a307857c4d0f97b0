// Moving pages. What the kernel answers to a request is no count of what it did: it may give up at
// a page and answer nothing for those that follow, and a transparent huge page is refused as busy
// after its first part has taken the rest along. So pages are moved, and then looked up.

package import SystemPackage

extension PageSurvey {
  /// Asks the kernel to move pages to a node. Returns the first reason why some stayed, if it gives
  /// one.
  package func move(_ pages: [Int], to node: NUMANode) -> Errno? {
    var failure: Errno?
    for start in stride(from: 0, to: pages.count, by: Self.chunk) {
      let part = Array(pages[start..<min(start + Self.chunk, pages.count)])
      do throws(Errno) {
        let answers = try systemCalls.movePages(part, Int32(node.number))
        if failure == nil, let refused = answers.first(where: { $0 < 0 }) {
          failure = Errno(rawValue: -refused)
        }
      } catch {
        failure = failure ?? error
      }
    }
    return failure
  }

  /// How often pages are moved while some stay and each attempt gets further: others may go on
  /// touching pages.
  static let moveAttempts = 16

  /// Moves pages to a node, again while that gets further. `remaining` looks up those that are
  /// still elsewhere. Returns the first reason why the last of them stayed; nil if none did.
  func moveAll<Failure: Error>(
    _ pages: [Int], to node: NUMANode, remaining: () throws(Failure) -> [Int]
  ) throws(Failure) -> Errno? {
    var pages = pages
    var failure: Errno?
    for _ in 0..<Self.moveAttempts where !pages.isEmpty {
      failure = move(pages, to: node)
      let left = try remaining()
      if left.count >= pages.count { return failure }
      pages = left
    }
    return pages.isEmpty ? nil : failure
  }

  /// The pages that are not on a node.
  struct Whereabouts {
    /// Addresses of those in memory on other nodes.
    var elsewhere: [Int] = []
    /// How many are on the node.
    var there = 0
    /// How many are not in memory.
    var absent = 0
  }

  /// Looks up which pages are on the node, and which on others.
  func whereabouts(of node: NUMANode) throws(Errno) -> Whereabouts {
    var result = Whereabouts()
    try forEachChunk { (pages) throws(Errno) in
      for (page, answer) in zip(pages, try systemCalls.nodes(pages)) {
        if answer < 0 {
          result.absent += 1
        } else if answer == node.number {
          result.there += 1
        } else {
          result.elsewhere.append(page)
        }
      }
    }
    return result
  }
}
