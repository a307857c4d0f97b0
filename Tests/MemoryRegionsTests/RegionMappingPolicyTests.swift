import MemoryTestSupport
import SystemPackage
import Testing

@testable import MemoryRegions

#if NUMA
  @Suite struct RegionMappingPolicyTests {
    private func open(
      _ placement: Placement, on machine: FakeMachine, pages: Int = 60,
      allowing: Degradations = []
    ) throws -> MemoryRegion {
      try MemoryRegion(
        RegionOptions(byteCount: pages * 4096, placement: placement, allowing: allowing),
        systemCalls: machine.table)
    }

    @Test(arguments: [
      (Placement.bind(to: 2), [2: 60]), (.bind(to: 3, 2), [2: 60]),
      (.preferred(3), [3: 60]), (.preferredMany(2, 3), [2: 60]),
      (.interleave(over: 0, 2, 3), [0: 20, 2: 20, 3: 20]),
      (.weightedInterleave(over: 0, 2, 3), [0: 30, 2: 20, 3: 10]),
      (.bind(to: 2, 3).homeNode(3), [3: 60]), (.preferredMany(0, 2).homeNode(3), [2: 60]),
      // A home without memory has neighbours all the same.
      (.bind(to: 2, 3).homeNode(7), [2: 60]),
      (.bind(to: 2).homeNode(0), [2: 60]),
    ])
    func `each policy puts the pages where it should`(
      placement: Placement, pages: [NUMANode: Int]
    ) throws {
      let machine = FakeMachine.four()
      let region = try open(placement, on: machine)
      #expect(region.granted.placement == placement)
      #expect(region.placement == placement)
      #expect(region.granted.placementCheck == .everyPage)
      #expect(region.granted.pagesElsewhere == 0)
      #expect(region.granted.unmet.isEmpty)
      let residency = try region.residency()
      #expect(residency.pages == pages)
      #expect(residency.absent == 0)
      // The policy in force at the end is the one asked for, with its home.
      #expect(machine.homes.last == placement.home.map(\.number))
      let start = Int(bitPattern: unsafe region.baseAddress)
      let mode = try machine.table.policy(start).mode
      let isBound = if case .bind = placement.rule { true } else { false }
      #expect((mode == .bind) == isBound)
    }

    @Test func `a preference spills to the nearest and says how much`() throws {
      let machine = FakeMachine.four()
      machine.leave(50, on: 3)
      let region = try open(.preferred(3), on: machine)
      #expect(region.granted.placementCheck == .everyPage)
      #expect(region.granted.pagesElsewhere == 10)
      #expect(try region.residency().pages == [3: 50, 2: 10])
      #expect(region.granted.unmet.isEmpty)
    }

    @Test(arguments: [Placement.interleave(over: 2, 3), .weightedInterleave(over: 2, 3)])
    func `an interleaved page that spilled is brought back to the nodes named`(
      placement: Placement
    ) throws {
      let machine = FakeMachine.four()
      machine.run(on: 0)
      machine.leave(10, on: 2)
      // Pages whose turn it is on the full node come to node 0, and from there to node 3.
      let region = try open(placement, on: machine)
      #expect(try region.residency().pages == [2: 10, 3: 50])
      #expect(region.granted.pagesElsewhere == 0)
    }

    @Test(arguments: [
      Placement.bind(to: 2, 3), .interleave(over: 2, 3), .weightedInterleave(over: 2, 3),
    ])
    func `nodes that fill up behind our back give an error and end no process`(
      placement: Placement
    ) throws {
      let machine = FakeMachine.four()
      // The figures of /sys still say that there is room.
      var table = machine.table
      let inner = table
      table.readFile = { (path) throws(Errno) in
        guard path.hasSuffix("/meminfo"), path.hasPrefix("/sys") else {
          return try inner.readFile(path)
        }
        return "Node 2 MemTotal: 1048576 kB\nNode 2 MemFree: 1048576 kB\n"
      }
      machine.leave(10, on: 2)
      machine.leave(10, on: 3)
      let system = table
      let options = RegionOptions(byteCount: 60 * 4096, placement: placement)
      let error = #expect(throws: RegionError.self) {
        try MemoryRegion(options, systemCalls: system)
      }
      #expect(error?.kind == .placementNotMet)
      #expect(error?.errno == .noMemory)
      #expect(error?.detail.hasPrefix("40 of 60 pages are not on node 2, node 3") == true)
      #expect(!machine.wouldHaveBeenKilled)
      var allowing = options
      allowing.allowing = .placement
      let region = try MemoryRegion(allowing, systemCalls: system)
      #expect(region.granted.placement == .none)
      #expect(region.granted.unmet.map(\.reason.kind) == [.placementNotMet])
    }

    @Test func `a kernel without weights says which kernel has them`() throws {
      let machine = FakeMachine.two(kernel: .homeNode)
      let error = #expect(throws: RegionError.self) {
        try open(.weightedInterleave(over: 0, 1), on: machine)
      }
      #expect(error?.kind == .policyUnsupported)
      #expect(error?.call == "mbind")
      #expect(error?.errno == .invalidArgument)
      #expect(error?.detail.contains("Linux 6.9") == true)
      let region = try open(.weightedInterleave(over: 0, 1), on: machine, allowing: .placement)
      #expect(region.granted.placement == .none)
      #expect(region.granted.unmet.map(\.reason.kind) == [.policyUnsupported])
      #expect(machine.policies.last?.mode == .default)
    }

    @Test func `a kernel without home nodes says which kernel has them`() throws {
      let machine = FakeMachine.two(kernel: .weightedInterleave)
      let placement = Placement.bind(to: 0, 1).homeNode(1)
      let error = #expect(throws: RegionError.self) { try open(placement, on: machine) }
      #expect(error?.kind == .policyUnsupported)
      #expect(error?.call == "set_mempolicy_home_node")
      #expect(error?.detail.contains("Linux 5.17, and a container that permits it") == true)
      let region = try open(placement, on: machine, allowing: .placement)
      #expect(region.granted.placement == .none)
    }

    @Test func `a home that does not exist is no such node`() {
      let placement = Placement.preferredMany(0, 1).homeNode(5)
      let error = #expect(throws: RegionError.self) { try open(placement, on: .two()) }
      #expect(error?.kind == .noSuchNode)
      #expect(error?.call == "set_mempolicy_home_node")
      #expect(error?.detail.contains("node 5") == true)
    }

    @Test(arguments: [
      Placement.bind(to: 3), .preferred(3), .preferredMany(3), .interleave(over: 2, 3),
      .weightedInterleave(over: 3), .preferredMany(0, 3),
    ])
    func `a node outside the cpuset is named as such`(placement: Placement) throws {
      let machine = FakeMachine.four(allowed: [0, 2])
      let error = #expect(throws: RegionError.self) { try open(placement, on: machine) }
      #expect(error?.kind == .nodeNotAllowed)
      #expect(error?.description.contains("cpuset") == true)
      let region = try open(placement, on: machine, allowing: .placement)
      #expect(region.granted.placement == .none)
    }

    @Test(arguments: [Placement.none, .local, .preferred(2), .preferredMany(2), .bind(to: 2)])
    func `where a cpuset leaves one node, nothing spills: a full one is an error beforehand`(
      placement: Placement
    ) throws {
      let machine = FakeMachine.four(allowed: [2])
      machine.leave(59, on: 2)
      let error = #expect(throws: RegionError.self) { try open(placement, on: machine) }
      let isBound = placement == .bind(to: 2)
      #expect(error?.kind == (isBound ? .notEnoughMemoryOnNodes : .notEnoughMemory))
      #expect(error?.detail.contains("within node 2") == true)
      // Without the placement the same node is all there is.
      #expect(throws: RegionError.self) { try open(placement, on: machine, allowing: .placement) }
      #expect(!machine.wouldHaveBeenKilled)
      machine.leave(60, on: 2)
      #expect(try open(placement, on: machine).residency().pages == [2: 60])
    }

    @Test(arguments: [
      Placement.bind(to: 7), .preferred(1), .preferredMany(0, 7), .interleave(over: 0, 1),
    ])
    func `a node that is absent or has no memory is named as such`(placement: Placement) {
      let error = #expect(throws: RegionError.self) { try open(placement, on: .four()) }
      #expect(error?.kind == .noSuchNode)
      #expect(error?.detail.contains("this machine has node 0, node 2, node 3") == true)
    }

    @Test func `a call that a container hides is no kernel without NUMA`() throws {
      var table = FakeMachine.two().table
      table.bind = { (_, _, _) throws(Errno) in throw .noFunction }
      let hidden = table
      for placement in [Placement.local, .bind(to: 1), .preferred(0)] {
        let options = RegionOptions(byteCount: 1 << 16, placement: placement)
        let error = #expect(throws: RegionError.self) {
          try MemoryRegion(options, systemCalls: hidden)
        }
        #expect(error?.kind == .placementRefused)
        #expect(error?.call == "mbind" && error?.errno == .noFunction)
      }
      // Neither /sys nor the status knows of another node than the first: all memory is local
      // there.
      let alone = table.seeing(["/proc/thread-self/status": "Mems_allowed_list:\t0\n"])
        .hiding("/sys/devices/system/node")
      let region = try MemoryRegion(
        RegionOptions(byteCount: 1 << 16, placement: .local), systemCalls: alone)
      #expect(region.granted.placement == .local)
      let error = #expect(throws: RegionError.self) {
        try MemoryRegion(
          RegionOptions(byteCount: 1 << 16, placement: .bind(to: 0)), systemCalls: alone)
      }
      #expect(error?.kind == .numaUnavailable)
    }

    @Test func `a policy that is tried out is none that stays`() throws {
      let machine = FakeMachine.four()
      var table = machine.table
      let region = try MemoryRegion(
        RegionOptions(byteCount: 60 * 4096, placement: .preferredMany(2, 3)), systemCalls: table)
      // From now on the kernel takes the policy no longer, as after a change of the cpuset.
      let inner = table
      table.bind = { (address, byteCount, policy) throws(Errno) in
        if policy.mode == .preferredMany { throw .invalidArgument }
        try inner.bind(address, byteCount, policy)
      }
      let start = region.mapping.base
      let mapping = RegionMapping(
        systemCalls: table, base: start, byteCount: region.byteCount,
        options: region.mapping.options, file: nil)
      let error = #expect(throws: RegionError.self) { try mapping.bringIn(40960..<81920) }
      #expect(error?.kind == .policyUnsupported)
      // The pages before are none of this call's, and their policy is as it was.
      #expect(try machine.table.policy(start).mode == .preferredMany)
      #expect(try machine.table.policy(start + 36864).mode == .preferredMany)
    }

    @Test func `without /sys the kernel itself is asked`() throws {
      let machine = FakeMachine.two()
      var table = machine.table
      table.readFile = { (path) throws(Errno) in
        if path.hasPrefix("/sys") { throw .noSuchFileOrDirectory }
        return try SystemCalls.linux.readFile(path)
      }
      let system = table
      let region = try MemoryRegion(
        RegionOptions(byteCount: 1 << 16, placement: .bind(to: 1)), systemCalls: system)
      #expect(try region.residency().pages == [1: 16])
      for placement in [Placement.bind(to: 5), .bind(to: 0, 5), .preferred(5)] {
        let error = #expect(throws: RegionError.self) {
          try MemoryRegion(
            RegionOptions(byteCount: 1 << 16, placement: placement), systemCalls: system)
        }
        #expect(error?.kind == .noSuchNode)
      }
    }
  }
#endif
