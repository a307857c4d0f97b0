import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

#if NUMA
  @Suite struct MemoryRegionMigrateTests {
    private func open(
      _ placement: Placement, on machine: FakeMachine, committed: Int = 60,
      population: Population = .atCommit
    ) throws -> MemoryRegion {
      try MemoryRegion(
        RegionOptions(
          byteCount: 100 * 4096, initiallyCommitted: committed * 4096, placement: placement,
          population: population), systemCalls: machine.table)
    }

    @Test(arguments: [
      (Placement.none, Placement.preferred(3)), (.local, .preferred(3)),
      (.preferred(2), .preferred(3)), (.preferredMany(0, 2), .preferred(3)),
      (.bind(to: 2), .bind(to: 3)), (.interleave(over: 0, 2), .bind(to: 3)),
      (.weightedInterleave(over: 0, 3), .bind(to: 3)),
      (.bind(to: 0, 2).homeNode(2), .bind(to: 3)),
    ])
    func `all pages move, and what comes later follows`(before: Placement, after: Placement) throws
    {
      let machine = FakeMachine.four()
      let region = try open(before, on: machine)
      let there = try region.residency().pages[3] ?? 0
      let migration = try region.migrate(to: 3)
      #expect(migration.moved == 60 - there)
      #expect(migration.alreadyThere == there)
      #expect(migration.notMoved == 0 && migration.errno == nil && migration.absent == 0)
      #expect(region.placement == after)
      #expect(region.granted.placement == before)
      #expect(try region.residency().pages == [3: 60])
      try region.commit(pages: 40)
      #expect(try region.residency().pages == [3: 100])
      #expect(try region.migrate(to: 3).alreadyThere == 100)
    }

    @Test func `pages that are not there come to the node when touched`() throws {
      let machine = FakeMachine.four()
      let region = try open(.bind(to: 0), on: machine, population: .none)
      let migration = try region.migrate(to: 2)
      #expect(migration.absent == 60 && migration.moved == 0)
      try region.populate(pages: 0..<60)
      #expect(try region.residency().pages == [2: 60])
    }

    @Test func `a full node leaves pages behind, which is counted, and the bind holds for both`()
      throws
    {
      let machine = FakeMachine.four()
      let region = try open(.bind(to: 0), on: machine)
      machine.leave(25, on: 2)
      let migration = try region.migrate(to: 2)
      #expect(migration.moved == 25)
      #expect(migration.notMoved == 35)
      #expect(migration.errno == .noMemory)
      #expect(region.placement == .bind(to: 0, 2))
      #expect(!machine.wouldHaveBeenKilled)
      machine.leave(35, on: 2)
      let rest = try region.migrate(to: 2)
      #expect(rest.moved == 35 && rest.alreadyThere == 25)
      #expect(region.placement == .bind(to: 2))
    }

    @Test func `a page that cannot be moved does not keep the others`() throws {
      let machine = FakeMachine.four()
      let region = try open(.preferred(0), on: machine)
      let start = Int(bitPattern: unsafe region.address)
      machine.pin(start + 59 * 4096)
      let migration = try region.migrate(to: 2)
      #expect(migration.moved == 59)
      #expect(migration.notMoved == 1)
      #expect(migration.errno == .resourceBusy)
      #expect(region.placement == .preferred(2))
    }

    @Test(arguments: [(5, RegionError.Kind.noSuchNode), (7, .noSuchNode), (3, .nodeNotAllowed)])
    func `a node that cannot be is refused and changes nothing`(
      number: Int, kind: RegionError.Kind
    ) throws {
      let machine = FakeMachine.four(allowed: [0, 2])
      let region = try open(.bind(to: 0, 2).homeNode(2), on: machine)
      let error = #expect(throws: RegionError.self) { try region.migrate(to: NUMANode(number)) }
      #expect(error?.kind == kind)
      #expect(region.placement == .bind(to: 0, 2).homeNode(2))
      #expect(machine.policies.last?.mode == .bind && machine.homes.last == 2)
      #expect(try region.residency().pages == [2: 60])
    }

    @Test func `moving that is not permitted is told, and the policy is as before`() throws {
      let machine = FakeMachine.four()
      var table = machine.table
      table.nodes = { (_) throws(Errno) in throw .notPermitted }
      let region = try MemoryRegion(
        RegionOptions(byteCount: 1 << 16), systemCalls: table)
      let error = #expect(throws: RegionError.self) { try region.migrate(to: 2) }
      #expect(error?.kind == .placementRefused)
      #expect(error?.call == "move_pages" && error?.errno == .notPermitted)
      #expect(region.placement == .none)
      #expect(machine.policies.last?.mode == .default)
    }

    @Test func `a region that a device has stays where it is`() throws {
      let machine = FakeMachine.four()
      let region = try MemoryRegion(
        RegionOptions(byteCount: 1 << 16, placement: .bind(to: 0), excludedFromForks: true),
        systemCalls: machine.table)
      do {
        let registration = try region.register(.vfio)
        let error = #expect(throws: RegionError.self) { try region.migrate(to: 2) }
        #expect(error?.kind == .registered)
        #expect(try region.residency().pages == [0: 16])
        #expect(registration.byteCount == 1 << 16)
      }
      #expect(try region.migrate(to: 2).moved == 16)
    }

    @Test(arguments: [Storage.anonymous, .memfd(name: "moved")])
    func `on this machine's nodes pages move with their contents`(storage: Storage) throws {
      guard case .permitted = SystemLimits.current.placement else {
        return cannotTest("numa", because: "mbind is refused here")
      }
      let nodes = NUMATopology.current.allowedNodes
      let first = try #require(nodes.first)
      let region = try MemoryRegion(
        RegionOptions(byteCount: 1 << 20, placement: .bind(to: first), storage: storage))
      for page in 0..<256 {
        // Inside the committed bytes, while the region lives.
        unsafe region.address.storeBytes(of: page, toByteOffset: page << 12, as: Int.self)
      }
      for node in nodes.dropFirst() + [first] {
        let migration = try region.migrate(to: node)
        #expect(migration.moved + migration.alreadyThere == 256)
        #expect((migration.moved == 0) == (nodes.count == 1))
        #expect(try region.residency().pages == [node: 256])
        #expect(region.placement == .bind(to: node))
        for page in 0..<256 {
          #expect(unsafe region.address.load(fromByteOffset: page << 12, as: Int.self) == page)
        }
      }
    }
  }
#else
  @Suite struct MemoryRegionMigrateTests {
    @Test func `without the trait NUMA nothing moves`() throws {
      let region = try MemoryRegion(RegionOptions(byteCount: 1 << 16))
      let error = #expect(throws: RegionError.self) { try region.migrate(to: 0) }
      #expect(error?.kind == .numaUnavailable)
      #expect(region.placement == .none)
    }
  }
#endif
