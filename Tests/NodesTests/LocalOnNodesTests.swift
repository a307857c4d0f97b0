import MemoryRegions
import MemoryTestSupport
import Testing

extension OnNodesTests {
  @Suite struct LocalOnNodesTests {
    @Test(arguments: [Population.atCommit, .none])
    func `local pages are on the node of the CPU that brings them in`(
      population: Population
    ) throws {
      guard let nodes = severalNodes() else { return }
      for (node, cpus) in nodesWithProcessors(nodes) {
        for cpu in cpus {
          #expect(try localPages(cpu, population) == [node: 256], "brought in by CPU \(cpu)")
        }
      }
    }

    @Test(arguments: [Population.atCommit, .none])
    func `where the CPU's node has no memory, they are on the nearest that has`(
      population: Population
    ) throws {
      guard let nodes = severalNodes() else { return }
      let without = NUMATopology.current.nodes.filter {
        !$0.cpus.isEmpty && !nodes.contains($0.node)
      }
      guard !without.isEmpty else {
        return cannotTest("node-without-memory", because: "each node with CPUs has memory")
      }
      for node in without {
        let nearest = try nearestNodes(of: nodes, to: node.node)
        for cpu in node.cpus {
          let found = try localPages(cpu, population)
          #expect(nearest.contains { found == [$0: 256] }, "\(found), brought in by CPU \(cpu)")
        }
      }
    }

    /// Where the pages of a local region are that a thread on this CPU opens and writes to.
    private func localPages(_ cpu: Int, _ population: Population) throws -> [NUMANode: Int] {
      try onProcessor(cpu) {
        let region = try MemoryRegion(
          RegionOptions(byteCount: 1 << 20, placement: .local, population: population))
        touch(region)
        return try pagesByNode(region)
      }
    }
  }
}
