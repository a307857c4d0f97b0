import MemoryTestSupport
import SystemPackage
import Testing

@testable import MemoryRegions

@Suite struct PlacementPolicyTests {
  @Test func `each placement is one of the kernel's policies`() throws {
    #expect(try Placement.none.policy() == nil)
    #expect(try Placement.local.policy() == MemoryPolicy(.local))
    let mask = try #require(NodeMask([0, 3]))
    let modes: [(Placement, MemoryPolicy.Mode)] = [
      (.bind(to: 3, 0), .bind), (.preferredMany(0, 3), .preferredMany),
      (.interleave(over: 0, 3), .interleave),
      (.weightedInterleave(over: 0, 3), .weightedInterleave),
    ]
    for (placement, mode) in modes {
      #expect(try placement.policy() == MemoryPolicy(mode, mask))
    }
    #expect(try Placement.preferred(3).policy() == MemoryPolicy(.preferred, NodeMask([3])!))
    // As linux/mempolicy.h numbers it, where the header has it.
    #expect(MemoryPolicy.Mode.weightedInterleave.rawValue == 6)
  }

  @Test(arguments: [
    Placement.bind(to: []), .preferredMany([]), .interleave(over: []),
    .weightedInterleave(over: []),
  ])
  func `a placement without a node is none`(placement: Placement) {
    let error = #expect(throws: RegionError.self) { try placement.policy() }
    #expect(error?.kind == .emptyPlacement)
  }

  @Test(arguments: [Placement.preferred(1024), .interleave(over: 0, -1)])
  func `a number that no kernel has is no node`(placement: Placement) {
    let error = #expect(throws: RegionError.self) { try placement.policy() }
    #expect(error?.kind == .noSuchNode)
  }

  @Test(arguments: [
    Placement.none, .local, .preferred(0), .interleave(over: 0), .weightedInterleave(over: 0),
  ])
  func `a home node belongs to two policies only`(placement: Placement) {
    let error = #expect(throws: RegionError.self) { try placement.homeNode(0).policy() }
    #expect(error?.kind == .homeNodeNotApplicable)
    #expect(throws: Never.self) { try Placement.bind(to: 0).homeNode(1).policy() }
    #expect(throws: Never.self) { try Placement.preferredMany(0, 1).homeNode(1).policy() }
  }

  @Test func `what must be and what should be`() {
    #expect(Placement.bind(to: 1).requiredNodes == [1])
    #expect(Placement.interleave(over: 1, 2).requiredNodes == [1, 2])
    #expect(Placement.weightedInterleave(over: 1, 2).requiredNodes == [1, 2])
    for placement in [Placement.none, .local, .preferred(1), .preferredMany(1)] {
      #expect(placement.requiredNodes == nil)
    }
    #expect(Placement.preferred(1).namedNodes == [1])
    #expect(Placement.local.namedNodes == nil)
  }
}
