// Moving pages. What the kernel answers to a request is no count of what it did: it may give up at a
// page and answer nothing for those that follow, and a transparent huge page is refused as busy after
// its first part has taken the rest along. So pages are moved, and then looked up.

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

  /// Moves pages to a node, again while that gets further. Returns those that `remaining` still finds
  /// then, and the first reason why they stayed.
  func moveAll<Found, Failure: Error>(
    _ found: Found, to node: NUMANode, pages: KeyPath<Found, [Int]>,
    remaining: () throws(Failure) -> Found
  ) throws(Failure) -> (found: Found, failure: Errno?) {
    var found = found
    while true {
      let before = found[keyPath: pages]
      if before.isEmpty { return (found, nil) }
      let failure = move(before, to: node)
      found = try remaining()
      if found[keyPath: pages].count >= before.count { return (found, failure) }
    }
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
