// W15: what it costs to choose between nodes: W1 through a set of pools, beside W1 of a single pool.
// The nodes are made up, so that any machine has two of them: it is the choice that is measured, not
// the memory.

import IOPages

/// W15: one single page, taken and given back.
struct NodeWorkload {
  var context: BenchContext
  /// The subjects to measure, of a single pool and a set.
  var names: [SubjectName]

  private static let byteCount = 64 << 20

  func lanes() throws -> [SubjectLane] {
    var lanes: [SubjectLane] = []
    if names.contains(.pages) {
      let pages = PoolPages(pool: try PagePool.forMeasuring(byteCount: Self.byteCount))
      lanes += [("local", pages), ("node", pages), ("fallback", pages)].map { metric, pages in
        (.pages, lane(metric, pages))
      }
    }
    if names.contains(.poolSet) {
      let set = try Self.twoNodes(context.processors)
      lanes.append((.poolSet, lane("local", LocalPages(set: set))))
      lanes.append((.poolSet, lane("node", NamedNodePages(set: set, node: 0))))
      let exhausted = try Self.twoNodes(context.processors)
      lanes.append((.poolSet, try lane("fallback", whileExhausting: 0, of: exhausted)))
    }
    return lanes
  }

  private func lane(_ metric: String, _ subject: some BenchSubject) -> BenchLane {
    let context = context
    let count = context.repetitions { subject.pairs($0, order: 0) }
    return BenchLane(key: metric) {
      let elapsed = context.time(count) { subject.pairs($0, order: 0) }
      return [BenchSample(metric: metric, value: elapsed / Double(count))]
    }
  }

  /// The pages are asked of a node that has none left, and come from the other one.
  private func lane(
    _ metric: String, whileExhausting node: NUMANode, of set: PagePoolSet
  ) throws -> BenchLane {
    var taken = UniqueArray<IOPage>()
    guard let pool = set.pools[node] else { throw ToolError("There is no pool on \(node).") }
    try pool.allocate(
      singlePages: pool.statistics.freePages, into: &taken, contents: .uninitialized)
    let holder = HeldPages(taken)
    let lane = lane(metric, NamedNodePages(set: set, node: node))
    return BenchLane(key: metric) {
      defer { withExtendedLifetime(holder) {} }
      return try lane.round()
    }
  }

  /// A set of two nodes, of which the first has all processors.
  private static func twoNodes(_ processors: Processors) throws(RegionError) -> PagePoolSet {
    let nodes: [NUMATopology.Node] = [
      .init(
        node: 0, cpus: processors.numbers.map(Int.init), totalByteCount: nil,
        distances: [0: 10, 1: 20]),
      .init(node: 1, cpus: [], totalByteCount: nil, distances: [0: 20, 1: 10]),
    ]
    let options = RegionOptions(byteCount: byteCount, population: .none)
    return try PagePoolSet(
      slices: [(0, options), (1, options)],
      topology: NUMATopology(nodes: nodes, source: .systemFiles))
  }
}

/// Pages that stay out as long as this lives.
private final class HeldPages {
  private let pages: UniqueArray<IOPage>
  init(_ pages: consuming UniqueArray<IOPage>) { self.pages = pages }
}
