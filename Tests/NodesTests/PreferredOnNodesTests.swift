import MemoryRegions
import MemoryTestSupport
import Testing

extension OnNodesTests {
  @Suite struct PreferredOnNodesTests {
    @Test func `preferred pages are on their node, whichever CPU brings them in`() throws {
      guard let nodes = severalNodes() else { return }
      for node in nodes {
        for (_, cpus) in nodesWithProcessors(nodes) {
          let found = try onProcessor(cpus[0]) {
            let region = try MemoryRegion(
              RegionOptions(byteCount: 1 << 20, placement: .preferred(node)))
            #expect(region.granted.pagesElsewhere == 0)
            return try pagesByNode(region)
          }
          #expect(found == [node: 256])
        }
      }
    }

    @Test func `of several preferred nodes the nearest to the CPU comes first`() throws {
      guard let nodes = severalNodes() else { return }
      for (node, cpus) in nodesWithProcessors(nodes) {
        // Without the CPU's own node the rest has to do.
        for wanted in [nodes, nodes.filter { $0 != node }] {
          let nearest = try #require(nearestNodes(of: wanted, to: node))
          let found = try onProcessor(cpus[0]) {
            try pagesByNode(
              MemoryRegion(RegionOptions(byteCount: 1 << 20, placement: .preferredMany(wanted))))
          }
          #expect(found.keys.allSatisfy { nearest.contains($0) }, "\(found) from \(node)")
        }
      }
    }

    @Test func `a home node takes the CPU's place`() throws {
      guard let nodes = severalNodes() else { return }
      for home in NUMATopology.current.nodes.map(\.node) {
        let nearest = try #require(nearestNodes(of: nodes, to: home))
        for (_, cpus) in nodesWithProcessors(nodes) {
          for placement in [Placement.preferredMany(nodes), .bind(to: nodes)] {
            let found = try onProcessor(cpus[0]) {
              try pagesByNode(
                MemoryRegion(
                  RegionOptions(byteCount: 1 << 20, placement: placement.homeNode(home))))
            }
            #expect(found.keys.allSatisfy { nearest.contains($0) }, "\(found), home is \(home)")
            #expect(found.values.reduce(0, +) == 256)
          }
        }
      }
    }

    /// Those of the nodes that are nearest to one.
    private func nearestNodes(of nodes: [NUMANode], to node: NUMANode) -> [NUMANode]? {
      let topology = NUMATopology.current
      guard let distances = topology.nodes.first(where: { $0.node == node })?.distances,
        let least = nodes.compactMap({ distances[$0] }).min()
      else { return nil }
      return nodes.filter { distances[$0] == least }
    }
  }
}
