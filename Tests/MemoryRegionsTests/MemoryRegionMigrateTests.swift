import MemoryTestSupport
import Synchronization
import SystemPackage
import Testing

@testable import MemoryRegions

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

    /// The first bind that is checked comes after another thread has touched a page.
    private func touching(
      _ page: Int, of machine: FakeMachine, then after: @escaping @Sendable () -> Void = {}
    ) -> SystemCalls {
      let hasTouched = Mutex(false)
      let inner = machine.table
      var table = inner
      table.bindIfObeyed = { (start, byteCount, policy) throws(Errno) in
        let isFirst = hasTouched.withLock { hasTouched in
          defer { hasTouched = true }
          return !hasTouched
        }
        if isFirst {
          try machine.bringIn(start + page * 4096..<start + (page + 1) * 4096)
          after()
        }
        try inner.bindIfObeyed(start, byteCount, policy)
      }
      return table
    }

    /// A region that leaves its pages to the first touch, with the first 30 of 60 on a node; the
    /// node that it is to move to has room for these and no more.
    private func halfTouched(
      on node: NUMANode, _ machine: FakeMachine, _ table: SystemCalls
    ) throws -> MemoryRegion {
      let region = try MemoryRegion(
        RegionOptions(byteCount: 60 * 4096, placement: .bind(to: node), population: .none),
        systemCalls: table)
      let start = Int(bitPattern: unsafe region.address)
      try machine.bringIn(start..<start + 30 * 4096)
      machine.leave(30, on: 2)
      return region
    }

    @Test func `a page that strays between the moving and the bind is brought back`() throws {
      let machine = FakeMachine.four()
      let table = touching(40, of: machine) { machine.leave(5, on: 2) }
      let region = try halfTouched(on: 0, machine, table)
      let migration = try region.migrate(to: 2)
      #expect(migration.moved == 30 && migration.notMoved == 0)
      #expect(region.placement == .bind(to: 2))
      #expect(try region.residency().pages == [2: 31])
      #expect(try machine.table.policy(region.mapping.base).mode == .bind)
    }

    @Test(arguments: [(0, [2: 30, 0: 1]), (3, [2: 30, 3: 1])])
    func `where it cannot be brought back, the bind holds for the former node as well`(
      former: Int, pages: [NUMANode: Int]
    ) throws {
      let machine = FakeMachine.four()
      let region = try halfTouched(on: NUMANode(former), machine, touching(40, of: machine))
      let migration = try region.migrate(to: 2)
      // It came from node 0, the nearest; a region that was bound to node 3 has it there again.
      #expect(migration.moved == 30 && migration.alreadyThere == 0)
      #expect(migration.notMoved == 1 && migration.errno == .noMemory)
      #expect(migration.absent == 29)
      #expect(region.placement == .bind(to: NUMANode(former), 2))
      #expect(try region.residency().pages == pages)
      let policy = try machine.table.policy(region.mapping.base)
      #expect(try policy == region.placement.policy())
    }

    @Test func `after an error the placement is as before, and pages may have moved`() throws {
      let machine = FakeMachine.four()
      var table = machine.table
      let inner = table
      table.bindIfObeyed = { (start, byteCount, policy) throws(Errno) in
        if policy.nodes.contains(2) { throw .noMemory }
        try inner.bindIfObeyed(start, byteCount, policy)
      }
      table.bind = { (start, byteCount, policy) throws(Errno) in
        if policy.mode == .bind && policy.nodes.contains(2) { throw .noMemory }
        try inner.bind(start, byteCount, policy)
      }
      let region = try MemoryRegion(
        RegionOptions(byteCount: 60 * 4096, placement: .bind(to: 0)), systemCalls: table)
      let error = #expect(throws: RegionError.self) { try region.migrate(to: 2) }
      #expect(error?.call == "mbind" && error?.errno == .noMemory)
      #expect(region.placement == .bind(to: 0))
      #expect(try machine.policies.last == Placement.bind(to: 0).policy())
      #expect(try region.residency().pages == [2: 60])
    }

    @Test func `former nodes that the cpuset took away are not bound to again`() throws {
      let machine = FakeMachine.four()
      let region = try open(.interleave(over: 0, 2), on: machine)
      let start = Int(bitPattern: unsafe region.address)
      // The odd pages are on node 2.
      machine.pin(start + 59 * 4096)
      machine.confine(to: [2, 3])
      let migration = try region.migrate(to: 3)
      #expect(migration.moved == 59 && migration.notMoved == 1)
      #expect(region.placement == .bind(to: 2, 3))
      #expect(try region.residency().pages == [2: 1, 3: 59])
    }

    @Test func `a page that is stuck where the cpuset permits nothing is an error`() throws {
      let machine = FakeMachine.four()
      let region = try open(.bind(to: 0), on: machine)
      machine.pin(Int(bitPattern: unsafe region.address) + 59 * 4096)
      machine.confine(to: [2, 3])
      let error = #expect(throws: RegionError.self) { try region.migrate(to: 3) }
      #expect(error?.kind == .placementNotMet)
      #expect(region.placement == .bind(to: 0))
      #expect(try region.residency().pages == [3: 59, 0: 1])
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
      guard canPlaceMemory() else { return }
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
