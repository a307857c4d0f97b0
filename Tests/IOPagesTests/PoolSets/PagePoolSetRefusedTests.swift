// A set in a container whose seccomp profile refuses what is about memory policies.

import IOPages
import MemoryTestSupport
import SystemCallRefusal
import SystemPackage
import Testing

#if NUMA
  @Suite(.leavesNoPages) struct PagePoolSetRefusedTests {
    @Test func `nodes that cannot be bound to are an error, or recorded where that is allowed`()
      async
    {
      await #expect(processExitsWith: .success) {
        guard refuseMemoryPolicies() else {
          return cannotTest("seccomp", because: "no filter can be installed")
        }
        var options = PagePoolSetOptions(byteCount: .eachNode(1 << 20))
        let error = #expect(throws: RegionError.self) { try PagePoolSet(options) }
        #expect(error?.kind == .placementRefused)
        #expect(error?.call == "mbind" && error?.errno == .notPermitted)

        options.region.allowing = .placement
        let set = try PagePoolSet(options)
        #expect(set.nodes == NUMATopology.current.allowedNodes)
        for (node, region) in set.regions {
          #expect(region.granted.unmet.map(\.wish) == [.placement], "\(node)")
          #expect(region.placement == .none)
          let page = try set.allocate(order: 2, on: .node(node), fallback: .none)
          #expect(set.node(of: page) == node)
        }
        #expect(set.description.contains("placement none"))
      }
    }
  }
#endif
