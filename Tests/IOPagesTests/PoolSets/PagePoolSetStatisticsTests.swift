import IOPages
import MemoryTestSupport
import Testing
import TwinModels

@Suite(.leavesNoPages) struct PagePoolSetStatisticsTests {
  @Test func `each node has its pool's figures, and counts what crosses nodes`() throws {
    let set = try MadeUpNodes.set(pages: [64, 64, 64])
    var held = UniqueArray<IOPage>()
    held.append(try set.allocate(pages: 64))
    held.append(try set.allocate(pages: 60))
    held.append(try set.allocate(pages: 5))
    // A node without a pool passes nothing on.
    held.append(try set.allocate(pages: 1, on: .node(9)))
    #expect(set.failure(pages: 1, fallback: .none) != nil)
    #expect(set.failure(pages: 64) != nil)
    let statistics = set.statistics
    #expect(statistics.mapValues(\.pool.allocatedPages) == [2: 64, 3: 61, 7: 5])
    #expect(statistics.mapValues(\.pool.pageCount) == [2: 64, 3: 64, 7: 64])
    #expect(statistics.mapValues(\.metElsewhere) == [2: 2, 3: 0, 7: 0])
    #expect(statistics.mapValues(\.metForOthers) == [2: 0, 3: 2, 7: 1])
    // Node 2 had nothing for two requests that went elsewhere, one for a node without a pool, one that
    // was strict, and one that found nothing anywhere.
    #expect(statistics.mapValues(\.pool.failures) == [2: 5, 3: 2, 7: 1])
  }

  @Test func `the description has a line for each node`() throws {
    let set = try MadeUpNodes.set(
      pages: [64, 64], processors: [[0, 1, 2, 5], [3]])
    let page = try set.allocate(pages: 3, on: .node(3))
    let lines = set.description.split(separator: "\n")
    #expect(
      lines == [
        "node 2: 64 of 64 page(s) free, placement none, processors 0-2,5, then nodes 3",
        "node 3: 61 of 64 page(s) free, placement none, processors 3, then nodes 2",
      ])
    #expect(page.pageCount == 3)
    let single = try MadeUpNodes.set(pages: [64], processors: [])
    #expect(single.description.hasPrefix("node 2: 64 of 64 page(s) free, placement none"))
    let empty = try MadeUpNodes.set(pages: [64, 64], processors: [[], [0]])
    #expect(empty.description.contains("processors none, then"))
  }
}
