// What a policy says about pages that were brought in under it, and whether they keep to it.

package import IOPages

/// Where a policy puts pages while the nodes have memory.
package enum PlacementPromise: Equatable {
  /// On one of these nodes, whichever.
  case only(Set<NUMANode>)
  /// In turn on these nodes, so many on each.
  case shares([NUMANode: Int])

  /// The nodes that pages may be on.
  package var nodes: Set<NUMANode> {
    switch self {
    case .only(let nodes): nodes
    case .shares(let shares): Set(shares.keys)
    }
  }

  /// What is wrong with `found`, the number of pages on each node of `pageCount`; nil if nothing is.
  package func breach(_ found: [NUMANode: Int], pageCount: Int) -> String? {
    let absent = pageCount - found.values.reduce(0, +)
    guard absent == 0 else { return "\(absent) of \(pageCount) pages are not in memory" }
    let nodes = nodes
    let strays = found.filter { $0.value > 0 && !nodes.contains($0.key) }
    guard strays.isEmpty else {
      return "\(strays.values.reduce(0, +)) of \(pageCount) pages are elsewhere: "
        + pagesText(strays)
    }
    guard case .shares(let shares) = self else { return nil }
    let round = shares.values.reduce(0, +)
    for (node, share) in shares.sorted(by: { $0.key < $1.key }) {
      // The turns may begin with any node, and end anywhere in a round.
      let expected = pageCount * share / max(1, round)
      let count = found[node] ?? 0
      if abs(count - expected) > share {
        return "\(count) of \(pageCount) pages are on \(node), and not about \(expected)"
      }
    }
    return nil
  }
}

/// The number of pages on each node, in words: `512 on node 0, 512 on node 1`.
package func pagesText(_ found: [NUMANode: Int]) -> String {
  found.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.value) on \($0.key)" }
    .joined(separator: ", ")
}
