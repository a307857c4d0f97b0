import MemoryRegions
import MemoryTestSupport
import Testing

extension OnNodesTests {
  @Suite struct BindOnNodesTests {
    @Test(arguments: [Storage.anonymous, .memfd(name: "bound")])
    func `a populated region is on its node, at open and at every commit`(storage: Storage) throws {
      guard let nodes = severalNodes() else { return }
      for node in nodes {
        let region = try MemoryRegion(
          RegionOptions(
            byteCount: 8 << 20, initiallyCommitted: 4 << 20, placement: .bind(to: node),
            storage: storage))
        #expect(region.granted.placement == .bind(to: node))
        #expect(region.granted.placementCheck == .everyPage)
        #expect(try pagesByNode(region) == [node: 1024])
        try region.commit(pages: 1024)
        #expect(try pagesByNode(region) == [node: 2048])
      }
    }

    @Test func `pages that come when touched are on the node, whichever CPU touches them`() throws {
      guard let nodes = severalNodes() else { return }
      for node in nodes {
        for cpu in nodesWithProcessors(nodes).flatMap(\.cpus) {
          let region = try MemoryRegion(
            RegionOptions(byteCount: 1 << 20, placement: .bind(to: node), population: .none))
          onThreads(1) { _ in
            Processors.move(to: cpu)
            touch(region)
          }
          #expect(try pagesByNode(region) == [node: 256], "touched by CPU \(cpu)")
        }
      }
    }

    @Test func `a region bound to several nodes is on these and no other`() throws {
      guard let nodes = severalNodes() else { return }
      let two = Array(nodes.suffix(2))
      let region = try MemoryRegion(RegionOptions(byteCount: 16 << 20, placement: .bind(to: two)))
      #expect(region.granted.placementCheck == .everyPage)
      let found = try pagesByNode(region)
      #expect(found.values.reduce(0, +) == 4096)
      #expect(Set(found.keys).isSubset(of: two))
    }

    @Test func `pages that were given back come back on their node`() throws {
      guard let nodes = severalNodes() else { return }
      for node in nodes {
        let region = try MemoryRegion(
          RegionOptions(byteCount: 4 << 20, placement: .bind(to: node)))
        try region.discardContents(pages: 256..<768)
        #expect(try pagesByNode(region) == [node: 512])
        try region.populate(pages: 256..<768)
        #expect(try pagesByNode(region) == [node: 1024])
      }
    }

    @Test func `regions side by side are each on their own node`() throws {
      guard let nodes = severalNodes() else { return }
      let regions = try (nodes + nodes).map { node in
        try MemoryRegion(RegionOptions(byteCount: 2 << 20, placement: .bind(to: node)))
      }
      for (region, node) in zip(regions, nodes + nodes) {
        #expect(try pagesByNode(region) == [node: 512])
      }
    }
  }
}
