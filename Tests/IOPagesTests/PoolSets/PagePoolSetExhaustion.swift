// Emptying a node of a set, for tests of what comes then.

import IOPages
import MemoryTestSupport

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
