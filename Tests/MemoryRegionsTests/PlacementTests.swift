import MemoryRegions
import Testing

@Suite struct PlacementTests {
  @Test func `a bind is a set of nodes`() {
    #expect(Placement.bind(to: 1, 0) == .bind(to: [NUMANode(0), 1, 1]))
    #expect(Placement.bind(to: 0) != .bind(to: 1))
    #expect(Placement.none != .local)
  }

  @Test func `descriptions name the nodes in order`() {
    #expect(Placement.none.description == "none")
    #expect(Placement.local.description == "local")
    #expect(Placement.bind(to: 3, 1).description == "bind to node 1, node 3")
    #expect(Placement.preferred(2).description == "preferably on node 2")
    #expect(Placement.preferredMany(2, 0).description == "preferably on node 0, node 2")
    #expect(Placement.interleave(over: 0, 1).description == "interleaved over node 0, node 1")
    #expect(
      Placement.weightedInterleave(over: 0, 1).description
        == "interleaved by weight over node 0, node 1")
    #expect(Placement.bind(to: 0).homeNode(4).description == "bind to node 0; home is node 4")
  }

  @Test func `a home node makes another placement`() {
    let placement = Placement.bind(to: 0, 1)
    #expect(placement.homeNode(1) != placement)
    #expect(placement.homeNode(1).homeNode(0) == placement.homeNode(0))
    #expect(Placement.preferredMany([0, 1]) == .preferredMany(1, 0))
    #expect(Placement.interleave(over: [0, 1]) != .weightedInterleave(over: [0, 1]))
  }
}
