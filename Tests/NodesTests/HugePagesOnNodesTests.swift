import MemoryRegions
import MemoryTestSupport
import Testing

extension OnNodesTests {
  @Suite struct HugePagesOnNodesTests {
    static let shift = 21

    @Test func `huge pages come from the node, and where it has none the region is refused`() throws
    {
      guard let nodes = severalNodes() else { return }
      try withMachineHugePages {
        for node in nodes {
          let others = nodes.filter { $0 != node }
          try withHugePages([node: 3]) {
            let options = RegionOptions(
              byteCount: 6 << 20, initiallyCommitted: 4 << 20, backing: .hugePages2MiB,
              placement: .bind(to: node))
            let region = try MemoryRegion(options)
            #expect(region.granted.placementCheck == .everyPage)
            #expect(try pagesByNode(region, pageStep: 1 << Self.shift) == [node: 2])
            #expect(try freeHugePages(node) == 1)
            for other in others {
              // The kernel maps them all the same, and a touch would be a SIGBUS.
              var elsewhere = options
              elsewhere.placement = .bind(to: other)
              elsewhere.initiallyCommitted = 2 << 20
              let error = #expect(throws: RegionError.self) { try MemoryRegion(elsewhere) }
              #expect(error?.kind == .hugePagesUnavailable, "asked of \(other)")
              #expect(try freeHugePages(node) == 1)
            }
            try region.commit(pages: 512)
            #expect(try pagesByNode(region, pageStep: 1 << Self.shift) == [node: 3])
            #expect(try freeHugePages(node) == 0)
          }
        }
      }
    }

    @Test func `a region allowed to do without is on its node in smaller pages`() throws {
      guard let nodes = severalNodes() else { return }
      try withMachineHugePages {
        try withHugePages([nodes[0]: 2]) {
          let region = try MemoryRegion(
            RegionOptions(
              byteCount: 4 << 20, backing: .hugePages2MiB, placement: .bind(to: nodes[1]),
              allowing: .hugePages))
          #expect(region.granted.backing != .hugePages2MiB)
          #expect(region.granted.placement == .bind(to: nodes[1]))
          #expect(region.granted.unmet.map(\.wish).contains(.hugePages))
          #expect(try pagesByNode(region) == [nodes[1]: 1024])
          #expect(try freeHugePages(nodes[0]) == 2)
        }
      }
    }

    @Test func `huge pages move to a node that has some, and are free where they were`() throws {
      guard let nodes = severalNodes() else { return }
      try withMachineHugePages {
        try withHugePages([nodes[0]: 2, nodes[1]: 2]) {
          let region = try touchedHugePages(on: nodes[0])
          #expect(try freeHugePages(nodes[0]) == 0)
          #expect(try freeHugePages(nodes[1]) == 2)
          let migration = try region.migrate(to: nodes[1])
          #expect(migration.moved == 1024 && migration.notMoved == 0 && migration.errno == nil)
          #expect(try pagesByNode(region, pageStep: 1 << Self.shift) == [nodes[1]: 2])
          #expect(try freeHugePages(nodes[0]) == 2)
          #expect(try freeHugePages(nodes[1]) == 0)
          expectContents(region)
        }
      }
    }

    @Test func `huge pages that are to move to a node that has none are counted where they are`()
      throws
    {
      guard let nodes = severalNodes() else { return }
      try withMachineHugePages {
        try withHugePages([nodes[0]: 2]) {
          let region = try touchedHugePages(on: nodes[0])
          // The kernel makes new ones there, as far as the node has memory in one piece.
          let migration = try region.migrate(to: nodes[1])
          print("huge pages to a node without: \(migration)")
          let found = try pagesByNode(region, pageStep: 1 << Self.shift)
          #expect(found[nodes[1], default: 0] == migration.moved / 512)
          #expect(found[nodes[0], default: 0] == migration.notMoved / 512)
          #expect(migration.moved + migration.notMoved == 1024)
          expectContents(region)
        }
      }
    }

    /// A region of two huge pages on a node, with each page's offset written to it.
    private func touchedHugePages(on node: NUMANode) throws -> MemoryRegion {
      let region = try MemoryRegion(
        RegionOptions(byteCount: 4 << 20, backing: .hugePages2MiB, placement: .bind(to: node)))
      touch(region)
      return region
    }

    /// Expects what `touch` has written.
    private func expectContents(_ region: MemoryRegion) {
      for offset in stride(from: 0, to: region.committedByteCount, by: 4096) {
        // Within the committed bytes, while the region lives.
        let word = unsafe region.baseAddress.load(fromByteOffset: offset, as: UInt64.self)
        #expect(word == UInt64(offset))
      }
    }

    /// The free huge pages of a node, as the topology has them.
    private func freeHugePages(_ node: NUMANode) throws -> Int {
      let found = try #require(NUMATopology.current.nodes.first { $0.node == node })
      return try #require(found.hugePages.first { $0.pageByteCount == 1 << Self.shift }).freeCount
    }

    /// Runs `body` while these nodes have so many huge pages, and the others none.
    private func withHugePages(_ counts: [NUMANode: Int], _ body: () throws -> Void) throws {
      let pools = NUMATopology.nodesWithMemory(.linux).compactMap { node in
        HugePagePool(shift: Self.shift, node: node, .linux).map { (node, $0) }
      }
      defer {
        for (_, pool) in pools {
          _ = writeNumber(pool.totalCount, to: pool.directory + "/nr_hugepages")
        }
      }
      for (node, pool) in pools {
        let path = pool.directory + "/nr_hugepages"
        guard writeNumber(counts[node, default: 0], to: path) else {
          return cannotTest("hugepages", because: "\(path) cannot be written (not root?)")
        }
        let granted = try freeHugePages(node)
        guard granted == counts[node, default: 0] else {
          return cannotTest("hugepages", because: "\(node) has \(granted) huge pages that are free")
        }
      }
      try body()
    }
  }
}
