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
  }
}
