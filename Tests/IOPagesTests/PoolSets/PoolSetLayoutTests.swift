import MemoryTestSupport
import Testing
import TwinModels

@testable import IOPages

@Suite(.leavesNoPages) struct PoolSetLayoutTests {
  /// Nodes 2 and 7 have pools, 3 and 8 only processors.
  private let layout = PoolSetLayout(
    nodes: [2, 7], topology: MadeUpNodes.topology(processors: [[0, 1], [2], [5], [1030]]))

  @Test func `processors of a node without a pool are served by the nearest one`() {
    #expect(layout.localMembers[0] == 0)
    #expect(layout.localMembers[1] == 0)
    #expect(layout.localMembers[2] == 0)
    #expect(layout.localMembers[5] == 1)
    #expect(layout.localMembers[1030] == 0)
  }

  @Test func `a processor that no node has is served by none, unless there is one pool`() {
    #expect(layout.localMembers[3] == nil)
    let single = PoolSetLayout(nodes: [7], topology: NUMATopology(nodes: [], source: .systemFiles))
    #expect(single.localMembers.allSatisfy { $0 == 0 })
    #expect(single.nearest == [[0]])
  }

  @Test func `each node begins with itself`() {
    let layout = PoolSetLayout(
      nodes: MadeUpNodes.numbers, topology: MadeUpNodes.topology(processors: []))
    #expect(layout.nearest == [[0, 1, 2, 3], [1, 3, 0, 2], [2, 0, 1, 3], [3, 1, 0, 2]])
  }

  @Test func `a node that the topology does not know comes last, unless it is asked for`() {
    let layout = PoolSetLayout(
      nodes: [1, 3, 7], topology: MadeUpNodes.topology(processors: []))
    #expect(layout.nearest == [[0, 1, 2], [1, 2, 0], [2, 1, 0]])
    #expect(layout.places(from: 8) == [1, 2, 0])
    #expect(layout.places(from: 9) == [1, 2, 0])
  }

  @Test func `pages are cached where they are local, and where they are the first fallback`() {
    let layout = PoolSetLayout(
      nodes: MadeUpNodes.numbers,
      topology: MadeUpNodes.topology(processors: [[0], [1], [2], [3]]))
    // 2 falls back to 3, 3 to 8, 7 to 2, and 8 to 3.
    #expect(Array(layout.cachingProcessors(of: 0)) == [0, 2])
    #expect(Array(layout.cachingProcessors(of: 1)) == [0, 1, 3])
    #expect(Array(layout.cachingProcessors(of: 2)) == [2])
    #expect(Array(layout.cachingProcessors(of: 3)) == [1, 3])
  }

  @Test func `nodes that are out of order or negative are a trap`() async {
    await #expect(processExitsWith: .trap) {
      _ = PoolSetLayout(nodes: [3, 2], topology: NUMATopology(nodes: [], source: .systemFiles))
    }
    await #expect(processExitsWith: .trap) {
      _ = PoolSetLayout(nodes: [-1, 2], topology: NUMATopology(nodes: [], source: .systemFiles))
    }
    await #expect(processExitsWith: .trap) {
      _ = PoolSetLayout(nodes: [], topology: NUMATopology(nodes: [], source: .systemFiles))
    }
  }
}
