// Every policy by the real kernel on this machine's own nodes, of which there may be one: the calls
// are taken, kept to and read back. Which node a page comes from shows only where there are several:
// the tests for that are a target of their own, NodesTests.

import MemoryRegions
import MemoryTestSupport
import Testing

#if NUMA
  @Suite struct PlacementByTheKernelTests {
    private static let pageCount = 1024

    /// The nodes that memory can be placed on; empty, and said so, where none can.
    private static func usableNodes() -> [NUMANode] {
      guard case .permitted = SystemLimits.current.placement else {
        cannotTest("numa", because: "mbind is refused here")
        return []
      }
      return NUMATopology.current.allowedNodes
    }

    @Test(arguments: [Storage.anonymous, .memfd(name: "placed")])
    func `each policy is taken, and what became of its pages is told`(storage: Storage) throws {
      let nodes = Self.usableNodes()
      guard !nodes.isEmpty else { return }
      let placements: [Placement] =
        nodes.flatMap { node -> [Placement] in
          [
            .bind(to: node), .preferred(node), .preferredMany(node),
            .bind(to: nodes).homeNode(node), .preferredMany(nodes).homeNode(node),
          ]
        } + [.interleave(over: nodes)]
      for placement in placements {
        let region = try MemoryRegion(
          RegionOptions(
            byteCount: Self.pageCount * 4096, placement: placement, storage: storage))
        #expect(region.granted.placement == placement)
        #expect(region.granted.placementCheck == .everyPage, "\(placement)")
        let residency = try region.residency()
        #expect(residency.method == .everyPage)
        #expect(residency.absent == 0)
        let there = residency.pages.reduce(0) {
          $0 + (placement.namedNodes?.contains($1.key) == true ? $1.value : 0)
        }
        #expect(region.granted.pagesElsewhere == Self.pageCount - there, "\(placement)")
        if placement.requiredNodes != nil { #expect(there == Self.pageCount, "\(placement)") }
      }
    }

    @Test func `weights are taken where the kernel has them`() throws {
      let nodes = Self.usableNodes()
      guard !nodes.isEmpty else { return }
      let options = RegionOptions(
        byteCount: Self.pageCount * 4096, placement: .weightedInterleave(over: nodes))
      let path = "/sys/kernel/mm/mempolicy/weighted_interleave/node\(nodes[0].number)"
      guard SystemCalls.linux.number(path) != nil else {
        let error = #expect(throws: RegionError.self) { try MemoryRegion(options) }
        #expect(error?.kind == .policyUnsupported)
        #expect(error?.detail.contains("Linux 6.9") == true)
        return
      }
      let residency = try MemoryRegion(options).residency()
      #expect(residency.absent == 0)
      #expect(Set(residency.pages.keys).isSubset(of: nodes))
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
  }
#endif
