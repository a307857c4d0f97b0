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
          let nearest = try nearestNodes(of: wanted, to: node)
          let found = try onProcessor(cpus[0]) {
            try pagesByNode(
              MemoryRegion(RegionOptions(byteCount: 1 << 20, placement: .preferredMany(wanted))))
          }
          #expect(found.keys.allSatisfy { nearest.contains($0) }, "\(found) from \(node)")
          #expect(found.values.reduce(0, +) == 256, "\(found) from \(node)")
        }
      }
    }

    @Test func `a home node takes the CPU's place`() throws {
      guard let nodes = severalNodes() else { return }
      for home in NUMATopology.current.nodes.map(\.node) {
        let nearest = try nearestNodes(of: nodes, to: home)
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
  }
}
