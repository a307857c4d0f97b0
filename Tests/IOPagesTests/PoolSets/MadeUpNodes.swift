// Machines with nodes that the machine of the tests does not have: the memory is taken wherever it
// is, and the distances and the processors of the nodes are the test's.

import IOPages
import MemoryTestSupport

/// The nodes of a machine.
struct MadeUpNodes {
  /// Numbers that are not dense, each with its distances to 2, 3, 7 and 8 in that order. 3 and 7 are
  /// equally far from 2; 8 is nearer to 3 than 2 is.
  static let distances: [(node: NUMANode, distances: [Int])] = [
    (2, [10, 20, 20, 30]),
    (3, [20, 10, 30, 15]),
    (7, [20, 30, 10, 40]),
    (8, [30, 15, 40, 10]),
  ]

  static var numbers: [NUMANode] { distances.map(\.node) }

  /// The nodes, of which each has the processors of that list at its place.
  static func topology(processors: [[Int]]) -> NUMATopology {
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
  static func set(
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
}

extension PagePoolSet {
  /// Takes all pages of a node out of its pool.
  func exhaust(_ node: NUMANode) throws -> UniqueArray<IOPage> {
    var pages = UniqueArray<IOPage>()
    guard let pool = pools[node] else { return pages }
    try pool.allocate(
      singlePages: pool.statistics.freePages, into: &pages, contents: .uninitialized)
    return pages
  }

  /// The error of a request that must fail.
  func failure(
    pages: Int, on choice: NodeChoice = .local, fallback: NodeFallback = .nearest,
    reclaim: ReclaimPolicy = .allowed
  ) -> OutOfMemory? {
    do throws(OutOfMemory) {
      _ = try allocate(
        pages: pages, on: choice, fallback: fallback, contents: .uninitialized, reclaim: reclaim)
      return nil
    } catch {
      return error
    }
  }

  /// The nodes that a page comes from each time until none is left, and how often: what is taken
  /// stays out until the end.
  func nodesUntilExhausted(
    on choice: NodeChoice, fallback: NodeFallback
  ) -> [(node: NUMANode, pages: Int)] {
    var found: [(node: NUMANode, pages: Int)] = []
    var pages = UniqueArray<IOPage>()
    do throws(OutOfMemory) {
      while true {
        let page = try allocate(
          order: 0, on: choice, fallback: fallback, contents: .uninitialized)
        let node = node(of: page)
        if found.last?.node != node { found.append((node, 0)) }
        found[found.count - 1].pages += 1
        pages.append(page)
      }
    } catch {
      return found
    }
  }
}
