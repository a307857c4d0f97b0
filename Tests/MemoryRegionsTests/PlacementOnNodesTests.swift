// Every policy by the real kernel on this machine's own nodes. With one node they show that the
// calls are taken and read back; with several, that each page is where it should be.

import MemoryRegions
import MemoryTestSupport
import Synchronization
import SystemPackage
import Testing

#if NUMA
  @Suite struct PlacementOnNodesTests {
    private static let pageCount = 1024

    /// The nodes that memory can be placed on; empty, and said so, where none can.
    private static func usableNodes() -> [NUMANode] {
      guard canPlaceMemory() else { return [] }
      return NUMATopology.current.allowedNodes
    }

    private func open(
      _ placement: Placement, _ storage: Storage = .anonymous
    ) throws -> MemoryRegion {
      try MemoryRegion(
        RegionOptions(
          byteCount: Self.pageCount * 4096, placement: placement, storage: storage))
    }

    @Test(arguments: [Storage.anonymous, .memfd(name: "placed")])
    func `bound, preferred and homed pages are all on the node`(storage: Storage) throws {
      let nodes = Self.usableNodes()
      for node in nodes {
        for placement in [
          Placement.bind(to: node), .preferred(node), .preferredMany(node),
          .bind(to: nodes).homeNode(node), .preferredMany(nodes).homeNode(node),
        ] {
          let region = try open(placement, storage)
          #expect(region.granted.placement == placement)
          #expect(region.granted.placementCheck == .everyPage)
          #expect(region.granted.pagesElsewhere == 0)
          let residency = try region.residency()
          #expect(residency.pages == [node: Self.pageCount], "\(placement)")
          #expect(residency.method == .everyPage)
        }
      }
    }

    @Test(arguments: [Storage.anonymous, .memfd(name: "placed")])
    func `interleaved pages are spread evenly`(storage: Storage) throws {
      let nodes = Self.usableNodes()
      guard !nodes.isEmpty else { return }
      let residency = try open(.interleave(over: nodes), storage).residency()
      #expect(residency.absent == 0)
      #expect(Set(residency.pages.keys) == Set(nodes))
      let share = Self.pageCount / nodes.count
      for (node, pages) in residency.pages {
        #expect((share...share + 1).contains(pages), "\(pages) on \(node)")
      }
    }

    @Test func `pages interleaved by weight are spread by the system's weights`() throws {
      let nodes = Self.usableNodes()
      guard !nodes.isEmpty else { return }
      let region: MemoryRegion
      do throws(RegionError) {
        region = try MemoryRegion(
          RegionOptions(
            byteCount: Self.pageCount * 4096, placement: .weightedInterleave(over: nodes)))
      } catch {
        // Before Linux 6.9 there are no weights.
        #expect(error.kind == .policyUnsupported)
        #expect(error.detail.contains("Linux 6.9"))
        #expect(weight(of: nodes[0]) == nil)
        return
      }
      let weights = nodes.map { max(1, weight(of: $0) ?? 1) }
      let cycle = weights.reduce(0, +)
      let residency = try region.residency()
      #expect(residency.absent == 0)
      for (node, weight) in zip(nodes, weights) {
        let least = Self.pageCount / cycle * weight
        #expect((least...least + weight).contains(residency.pages[node] ?? 0), "\(residency)")
      }
    }

    private func weight(of node: NUMANode) -> Int? {
      SystemCalls.linux.number(
        "/sys/kernel/mm/mempolicy/weighted_interleave/node\(node.number)")
    }

    @Test func `local pages are on the node of the processor`() throws {
      let nodes = Self.usableNodes()
      let topology = NUMATopology.current
      for processor in nodes.isEmpty ? [] : Processors.usable {
        guard let node = topology.node(ofProcessor: processor), nodes.contains(node) else {
          continue
        }
        let pages = onProcessor(processor) {
          try? MemoryRegion(RegionOptions(byteCount: 1 << 20, placement: .local)).residency().pages
        }
        #expect(pages == [node: 256], "processor \(processor)")
      }
    }

    @Test(
      arguments: [Backing.basePages, .transparentHugePages],
      [Storage.anonymous, .memfd(name: "checked")])
    func `the kernel's own check sees each page that lies elsewhere`(
      backing: Backing, storage: Storage
    ) throws {
      for node in Self.usableNodes() {
        let region = try MemoryRegion(
          RegionOptions(
            byteCount: 4 << 20, backing: backing, placement: .bind(to: node), storage: storage,
            allowing: .hugePages))
        let start = Int(bitPattern: unsafe region.address)
        let here = MemoryPolicy(.preferred, try #require(NodeMask([node])))
        try SystemCalls.linux.bindIfObeyed(start, 4 << 20, here)
        for other in Self.usableNodes() where other != node {
          let there = MemoryPolicy(.preferred, try #require(NodeMask([other])))
          // One page in the middle goes, or the huge page that it is in.
          try SystemCalls.linux.bind(start, 4 << 20, there)
          _ = try SystemCalls.linux.movePages([start + 3 << 20], Int32(other.number))
          #expect(try SystemCalls.linux.nodes([start + 3 << 20]) == [Int32(other.number)])
          #expect(throws: Errno.ioError) {
            try SystemCalls.linux.bindIfObeyed(start, 4 << 20, here)
          }
          #expect(try region.migrate(to: node).notMoved == 0)
        }
      }
    }

    @Test func `slices of one reservation lie on nodes of their own`() throws {
      let nodes = Self.usableNodes()
      guard !nodes.isEmpty else { return }
      let options = nodes.map { RegionOptions(byteCount: 1 << 20, placement: .bind(to: $0)) }
      for (slice, node) in zip(try MemoryRegion.openSlices(options, stride: 1 << 20), nodes) {
        #expect(slice.granted.placementCheck == .everyPage)
        #expect(try slice.residency().pages == [node: 256])
      }
    }

    /// What `body` gives on a thread of its own, on a processor that it stays on.
    private func onProcessor<Result: Sendable>(
      _ processor: Int, _ body: @escaping @Sendable () -> Result?
    ) -> Result? {
      let found = Mutex<Result?>(nil)
      onThreads(1) { _ in
        Processors.move(to: processor)
        let result = body()
        found.withLock { $0 = result }
      }
      return found.withLock { $0 }
    }
  }
#endif
