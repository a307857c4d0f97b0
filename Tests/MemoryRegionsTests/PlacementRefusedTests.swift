// What a container is told whose seccomp profile refuses the calls about memory policies, and moving
// pages, as Docker's does without CAP_SYS_NICE: each wish for a placement is a typed error, or recorded where
// it may go unmet, and everything else works.

import MemoryRegions
import MemoryTestSupport
import SystemCallRefusal
import SystemPackage
import Testing

#if NUMA
  @Suite struct PlacementRefusedTests {
    static let placements: [Placement] = [
      .local, .bind(to: 0), .bind(to: 0).homeNode(0), .preferred(0), .preferredMany(0),
      .preferredMany(0).homeNode(0), .interleave(over: 0), .weightedInterleave(over: 0),
    ]

    /// Whether they are refused from now on; a report where there are no filters.
    private static func refuseAll() -> Bool {
      let isRefused = refuseMemoryPolicies()
      if !isRefused { cannotTest("seccomp", because: "no filter can be installed") }
      return isRefused
    }

    @Test func `every policy is refused with a typed error, or recorded where that is allowed`()
      async
    {
      await #expect(processExitsWith: .success) {
        guard Self.refuseAll() else { return }
        for placement in Self.placements {
          for storage in [Storage.anonymous, .memfd(name: "refused")] {
            var options = RegionOptions(
              byteCount: 1 << 20, placement: placement, storage: storage)
            let error = #expect(throws: RegionError.self) { try MemoryRegion(options) }
            #expect(error?.kind == .placementRefused, "\(placement)")
            #expect(error?.call == "mbind" && error?.errno == .notPermitted)
            options.allowing = .placement
            let region = try MemoryRegion(options)
            #expect(region.granted.placement == .none)
            #expect(region.granted.placementCheck == .notNeeded)
            #expect(region.granted.pagesElsewhere == nil)
            #expect(region.granted.unmet.map(\.wish) == [.placement])
            #expect(region.granted.unmet.first?.reason == error)
            try region.commit(pages: 0)
          }
        }
      }
    }

    @Test func `where pages are is still told, and that they cannot be moved`() async {
      await #expect(processExitsWith: .success) {
        guard Self.refuseAll() else { return }
        let region = try MemoryRegion(
          RegionOptions(byteCount: 1 << 20, storage: .memfd(name: "counted")))
        let residency = try region.residency()
        #expect(residency.method == .mappingCounts)
        #expect(residency.pages.values.reduce(0, +) == 256)
        let node = try #require(residency.pages.keys.first)
        let error = #expect(throws: RegionError.self) { try region.migrate(to: node) }
        #expect(error?.kind == .placementRefused)
        #expect(region.placement == .none)
      }
    }

    @Test func `where moving alone is refused, a bind holds and nothing moves`() async {
      // Docker's profile with CAP_SYS_NICE.
      await #expect(processExitsWith: .success) {
        guard refuse(SystemCallNumber.movePages) else {
          return cannotTest("seccomp", because: "no filter can be installed")
        }
        guard canPlaceMemory() else { return }
        let node = try #require(NUMATopology.current.allowedNodes.first)
        let region = try MemoryRegion(
          RegionOptions(
            byteCount: 1 << 20, placement: .bind(to: node), storage: .memfd(name: "bound")))
        #expect(region.granted.placementCheck == .everyPage)
        let residency = try region.residency()
        #expect(residency.method == .mappingCounts && residency.pages == [node: 256])
        let error = #expect(throws: RegionError.self) { try region.migrate(to: node) }
        #expect(error?.kind == .placementRefused)
        #expect(error?.call == "move_pages" && error?.errno == .notPermitted)
        #expect(region.placement == .bind(to: node))
        let start = Int(bitPattern: unsafe region.baseAddress)
        #expect(try SystemCalls.linux.policy(start).mode == .bind)
      }
    }

    @Test func `where moving alone is refused, strays cannot be brought back`() throws {
      let machine = FakeMachine.four()
      machine.leave(10, on: 2)
      // The node's figures are hidden, too, so that its pages run out on the way.
      var table = machine.table.hiding("/sys/devices/system/node/node2")
      table.nodes = { (_) throws(Errno) in throw .notPermitted }
      table.movePages = { (_, _) throws(Errno) in throw .notPermitted }
      let system = table
      let options = RegionOptions(byteCount: 60 * 4096, placement: .bind(to: 2))
      let error = #expect(throws: RegionError.self) {
        try MemoryRegion(options, systemCalls: system)
      }
      #expect(error?.kind == .placementNotMet)
      #expect(error?.call == "move_pages" && error?.errno == .notPermitted)
      #expect(error?.detail == "50 of 60 pages are not on node 2")
      #expect(error?.description.contains("permit move_pages") == true)
      #expect(!machine.wouldHaveBeenKilled)
    }

    @Test func `the nodes are read from the files that a container leaves`() async {
      await #expect(processExitsWith: .success) {
        let before = NUMATopology.current
        guard Self.refuseAll() else { return }
        let topology = NUMATopology.current
        #expect(topology.nodes.map(\.node) == before.nodes.map(\.node))
        #expect(topology.nodes.map(\.distances) == before.nodes.map(\.distances))
        #expect(topology.allowedNodes == before.allowedNodes)
        #expect(before.nodes.contains { $0.node == NUMANode.current })
        #expect(SystemLimits.current.placement == .refused(.notPermitted))
      }
    }

    @Test func `regions without a placement do not notice`() async {
      await #expect(processExitsWith: .success) {
        guard Self.refuseAll() else { return }
        for backing in [Backing.basePages, .transparentHugePages] {
          let region = try MemoryRegion(
            RegionOptions(
              byteCount: 8 << 20, initiallyCommitted: 4 << 20, backing: backing,
              excludedFromForks: true, allowing: .hugePages))
          try region.commit(pages: 1024)
          #expect(region.granted.isPopulated)
          #expect(try region.register(.ioUring).byteCount == 8 << 20)
          try region.discardContents(pages: 0..<512)
          try region.populate(pages: 0..<512)
        }
        let slices = try MemoryRegion.openSlices(
          [RegionOptions(byteCount: 1 << 20), RegionOptions(byteCount: 1 << 20)],
          stride: 1 << 20)
        #expect(slices.allSatisfy { $0.committedByteCount == 1 << 20 })
      }
    }
  }
#endif
