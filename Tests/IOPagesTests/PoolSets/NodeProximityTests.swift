import Testing

@testable import IOPages

@Suite struct NodeProximityTests {
  private let proximity = MadeUpNodes.proximity(processors: [[4, 5], [], [0]])

  @Test func `others come by distance, equally far ones by number`() {
    #expect(proximity.sorted([8, 7, 3, 2], from: 2) == [2, 3, 7, 8])
    #expect(proximity.sorted([2, 3, 7, 8], from: 3) == [3, 8, 2, 7])
    #expect(proximity.sorted([2, 3, 8], from: 7) == [2, 3, 8])
  }

  @Test func `a node whose distance is not known comes last`() {
    #expect(proximity.sorted([9, 7, 8, 2], from: 8) == [8, 2, 7, 9])
    #expect(proximity.sorted([3, 2], from: 9) == [2, 3])
    #expect(proximity.sorted([3, 9], from: 9) == [9, 3])
  }

  @Test func `processors are those of the node`() {
    #expect(proximity.processors(of: 2) == [4, 5])
    #expect(proximity.processors(of: 3) == [])
    #expect(proximity.processors(of: 9) == [])
    #expect(proximity.knownNodes == [2, 3, 7, 8])
  }

  @Test func `a topology has a node for each processor`() {
    let topology = NUMATopology.current
    let proximity = NodeProximity(topology)
    #expect(proximity.knownNodes == topology.nodes.map(\.node))
    for node in topology.nodes { #expect(proximity.processors(of: node.node) == node.cpus) }
  }
}
