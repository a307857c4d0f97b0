// Machines with nodes that the machine of the tests does not have: the memory is taken wherever it
// is, and the distances and the processors of the nodes are the test's.

package import IOPages
package import MemoryRegions
import MemoryTestSupport
package import PagePools

/// The nodes of a machine.
package struct MadeUpNodes {
  /// Numbers that are not dense, each with its distances to 2, 3, 7 and 8 in that order. 3 and 7 are
  /// equally far from 2; 8 is nearer to 3 than 2 is.
  package static let distances: [(node: NUMANode, distances: [Int])] = [
    (2, [10, 20, 20, 30]),
    (3, [20, 10, 30, 15]),
    (7, [20, 30, 10, 40]),
    (8, [30, 15, 40, 10]),
  ]

  package static var numbers: [NUMANode] { distances.map(\.node) }

  /// The nodes, of which each has the processors of that list at its place.
  package static func topology(processors: [[Int]]) -> NUMATopology {
    NUMATopology(
      nodes: distances.enumerated().map { index, node in
        NUMATopology.Node(
          node: node.node, cpus: index < processors.count ? processors[index] : [],
          totalByteCount: nil,
          distances: Dictionary(uniqueKeysWithValues: zip(numbers, node.distances)))
      }, source: .systemFiles)
  }

  /// A set with so many pages on each of the first nodes; all processors are of the first of them,
  /// unless it is said otherwise.
  package static func set(
    pages: [Int], processors: [[Int]] = [Array(0..<1024)], largestOrder: Int? = nil,
    cacheMethod: ProcessorCacheMethod = .restartableSequences
  ) throws -> PagePoolSet {
    let set = try PagePoolSet(
      slices: zip(numbers, pages).map { node, pages in
        let options = RegionOptions(
          byteCount: pages * IOPage.pageSize, largestOrder: largestOrder, population: .none)
        return (node, options)
      }, topology: topology(processors: processors), cacheMethod: cacheMethod)
    set.watchPools()
    return set
  }

  /// All of some nodes, the nearest to one of them first; of equally far ones the lower number.
  static func nearest(to node: NUMANode, among nodes: [NUMANode]) -> [NUMANode] {
    guard let row = distances.first(where: { $0.node == node })?.distances else { return nodes }
    return nodes.sorted { left, right in
      let places = [left, right].map { node in numbers.firstIndex(of: node) ?? 0 }
      return (row[places[0]], left) < (row[places[1]], right)
    }
  }
}

extension PagePoolSet {
  /// Has all pools of the set looked at when the test is over.
  package func watchPools() {
    for pool in pools.values { PoolWatch.opened(pool) }
  }
}
