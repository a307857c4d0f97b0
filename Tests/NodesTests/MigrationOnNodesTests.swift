import MemoryRegions
import MemoryTestSupport
import Testing

extension OnNodesTests {
  @Suite struct MigrationOnNodesTests {
    @Test func `a bound region moves with its contents, and stays where it was moved to`() throws {
      guard let nodes = severalNodes() else { return }
      for (from, to) in zip(nodes, nodes.dropFirst() + nodes.prefix(1)) {
        let region = try MemoryRegion(
          RegionOptions(
            byteCount: 4 << 20, initiallyCommitted: 2 << 20, placement: .bind(to: from)))
        touch(region)
        let migration = try region.migrate(to: to)
        #expect(migration.moved == 512 && migration.alreadyThere == 0)
        #expect(migration.notMoved == 0 && migration.errno == nil && migration.absent == 0)
        #expect(region.placement == .bind(to: to))
        #expect(try pagesByNode(region) == [to: 512])
        for offset in stride(from: 0, to: 2 << 20, by: 4096) {
          // Within the committed bytes, while the region lives.
          let word = unsafe region.baseAddress.load(fromByteOffset: offset, as: UInt64.self)
          #expect(word == UInt64(offset))
        }
        // What comes later goes there, too, and so does what comes back.
        try region.commit(pages: 512)
        try region.discardContents(pages: 0..<128)
        try region.populate(pages: 0..<128)
        #expect(try pagesByNode(region) == [to: 1024])
        let again = try region.migrate(to: to)
        #expect(again.moved == 0 && again.alreadyThere == 1024)
      }
    }

    @Test(arguments: [Placement.none, .local])
    func `a region that is bound to no node prefers the node afterwards`(
      placement: Placement
    ) throws {
      guard let nodes = severalNodes() else { return }
      for node in nodes {
        let region = try MemoryRegion(
          RegionOptions(byteCount: 2 << 20, placement: placement, population: .none))
        touch(region, bytes: 0..<1 << 20)
        let migration = try region.migrate(to: node)
        #expect(migration.moved + migration.alreadyThere == 256)
        #expect(migration.notMoved == 0 && migration.absent == 256)
        #expect(region.placement == .preferred(node))
        touch(region)
        #expect(try pagesByNode(region) == [node: 512])
      }
    }

    @Test func `an interleaved region is gathered on one node`() throws {
      guard let nodes = severalNodes() else { return }
      let region = try MemoryRegion(
        RegionOptions(byteCount: 4 << 20, placement: .interleave(over: nodes)))
      let there = try pagesByNode(region)[nodes[1], default: 0]
      let migration = try region.migrate(to: nodes[1])
      #expect(migration.alreadyThere == there && migration.moved == 1024 - there)
      #expect(try pagesByNode(region) == [nodes[1]: 1024])
    }

    @Test func `a node that there is not, or that has no memory, is refused`() throws {
      guard let nodes = severalNodes() else { return }
      let region = try MemoryRegion(
        RegionOptions(byteCount: 1 << 20, placement: .bind(to: nodes[0])))
      let without = NUMATopology.current.nodes.map(\.node).filter { !nodes.contains($0) }
      for node in without + [NUMANode(1000)] {
        let error = #expect(throws: RegionError.self) { try region.migrate(to: node) }
        #expect(error?.kind == .noSuchNode)
        #expect(region.placement == .bind(to: nodes[0]))
        #expect(try pagesByNode(region) == [nodes[0]: 256])
      }
    }
  }
}
