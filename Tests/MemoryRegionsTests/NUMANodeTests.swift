import MemoryRegions
import Testing

@Suite struct NUMANodeTests {
  @Test func `nodes are their numbers`() {
    let nodes: [NUMANode] = [7, 0, 3]
    #expect(nodes.sorted().map(\.number) == [0, 3, 7])
    #expect(NUMANode(3).description == "node 3")
  }
}
