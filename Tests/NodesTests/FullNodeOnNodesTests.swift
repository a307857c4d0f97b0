// What happens when a node is full. The kernel ends a process that touches a page bound to a full
// node, so that these tests end with the machine if the library does as the kernel would.

import Glibc
import MemoryRegions
import MemoryTestSupport
import Synchronization
import SystemPackage
import Testing

extension OnNodesTests {
  @Suite struct FullNodeOnNodesTests {
    /// Kept free of what a competitor takes: the machine itself needs some memory on each node.
    static let spareByteCount = 32 << 20

    @Test func `a competitor holds the node's memory: a typed error, before and after the look`()
      throws
    {
      guard let (node, available) = try smallNode() else { return }
      let competitor = try MemoryRegion(
        RegionOptions(
          byteCount: (available - Self.spareByteCount) & -4096, placement: .bind(to: node)))
      #expect(try pagesByNode(competitor) == [node: competitor.byteCount / 4096])
      let options = RegionOptions(
        byteCount: try tooMuch(for: node, beside: competitor), placement: .bind(to: node))

      let known = #expect(throws: RegionError.self) { try MemoryRegion(options) }
      #expect(known?.kind == .notEnoughMemoryOnNodes)

      // The same, had the competitor been quicker: the figures of the nodes are not to be seen.
      let surprised = #expect(throws: RegionError.self) {
        try MemoryRegion(options, systemCalls: Self.withoutNodeFigures)
      }
      #expect(surprised?.kind == .placementNotMet)
      #expect(surprised?.call == "move_pages")
      print("a bind to a full node: \(surprised.map { "\($0)" } ?? "granted")")

      // Allowed to degrade, the region is granted elsewhere, and says why.
      var allowing = options
      allowing.allowing = .placement
      let elsewhere = try MemoryRegion(allowing)
      #expect(elsewhere.granted.placement == .none)
      #expect(elsewhere.granted.unmet.map(\.wish) == [.placement])
      #expect(try pagesByNode(competitor) == [node: competitor.byteCount / 4096])
    }

    @Test func `once the competitor lets go, the bind is granted`() throws {
      guard let (node, available) = try smallNode() else { return }
      let options = RegionOptions(byteCount: available / 2 & -4096, placement: .bind(to: node))
      do {
        let competitor = try MemoryRegion(options)
        #expect(try pagesByNode(competitor) == [node: competitor.byteCount / 4096])
        #expect(throws: RegionError.self) {
          try MemoryRegion(
            RegionOptions(
              byteCount: tooMuch(for: node, beside: competitor), placement: .bind(to: node)))
        }
      }
      let region = try MemoryRegion(options)
      #expect(try pagesByNode(region) == [node: region.byteCount / 4096])
    }

    @Test func `of two threads that want more than the node has, one at most gets it, on the node`()
      throws
    {
      guard let (node, available) = try smallNode() else { return }
      let nodes = nodesWithProcessors(NUMATopology.nodesWithMemory(.linux).sorted())
      // Twice as much as half of all its memory is too much, also where the kernel gives up more of
      // what it keeps for files than its figures promised.
      let half = try #require(NodeMemory(node, .linux)).totalByteCount / 2 + 4096
      var outcomes: [String] = []
      for share in [6, 7, 8, 6, 7, 8] {
        let options = RegionOptions(
          byteCount: max(available / 10 * share, half) & -4096, placement: .bind(to: node))
        let arrived = Atomic(0)
        // What is granted is held until both have tried.
        let held = Mutex<[MemoryRegion]>([])
        let refused = Mutex<[RegionError]>([])
        onThreads(2) { thread in
          if let cpu = nodes[thread % nodes.count].cpus.first { Processors.move(to: cpu) }
          arrived.add(1, ordering: .relaxed)
          while arrived.load(ordering: .relaxed) < 2 { sched_yield() }
          do throws(RegionError) {
            // One of them looks at the node's figures, the other one takes what it finds.
            let region = try MemoryRegion(
              options, systemCalls: thread == 0 ? .linux : Self.withoutNodeFigures)
            held.withLock { $0.append(region) }
          } catch {
            refused.withLock { $0.append(error) }
          }
        }
        let (regions, errors) = (held.withLock { $0 }, refused.withLock { $0 })
        #expect(regions.count <= 1 && regions.count + errors.count == 2)
        for region in regions {
          #expect(try pagesByNode(region) == [node: region.byteCount / 4096])
        }
        for error in errors {
          #expect([.notEnoughMemoryOnNodes, .placementNotMet].contains(error.kind), "\(error)")
        }
        outcomes += errors.map { "\($0.kind)" } + regions.map { _ in "granted" }
      }
      print("two threads and one node: \(outcomes.joined(separator: ", "))")
      // Both may have been refused each time. Nothing is left of it: the node has room for one.
      let alone = try MemoryRegion(
        RegionOptions(byteCount: available / 10 * 8 & -4096, placement: .bind(to: node)))
      #expect(try pagesByNode(alone) == [node: alone.byteCount / 4096])
    }

    @Test func `what only prefers a full node is on the nearest others, and says how much`() throws
    {
      guard let (node, available) = try smallNode() else { return }
      let others = try #require(severalNodes()).filter { $0 != node }
      let nearest = try nearestNodes(of: others, to: node)
      let competitor = try MemoryRegion(
        RegionOptions(
          byteCount: (available - Self.spareByteCount) & -4096, placement: .bind(to: node)))
      // More than the node has left, and no more of the others' than that takes.
      let byteCount = try (availableByteCount(node) + Self.spareByteCount / 2) & -4096
      for other in nearest {
        // What is kept there for files does not give way before the kernel goes on to a third node.
        guard try availableByteCount(other) > byteCount + 2 * Self.spareByteCount else {
          return cannotTest("small-node", because: "\(other) has too little memory")
        }
        _ = try MemoryRegion(
          RegionOptions(
            byteCount: byteCount + Self.spareByteCount, placement: .bind(to: other)))
      }
      let region = try MemoryRegion(
        RegionOptions(byteCount: byteCount, placement: .preferred(node)))
      let found = try pagesByNode(region)
      #expect(found.values.reduce(0, +) == byteCount / 4096)
      #expect(Set(found.keys).isSubset(of: nearest + [node]), "\(found)")
      let elsewhere = byteCount / 4096 - found[node, default: 0]
      #expect(elsewhere > 0)
      #expect(region.granted.pagesElsewhere == elsewhere)
      #expect(try pagesByNode(competitor) == [node: competitor.byteCount / 4096])
    }

    @Test func `pages that a full node has no room for stay where they are`() throws {
      guard let (node, available) = try smallNode(),
        let other = severalNodes()?.first(where: { $0 != node })
      else { return }
      let competitor = try MemoryRegion(
        RegionOptions(
          byteCount: (available - Self.spareByteCount) & -4096, placement: .bind(to: node)))
      let region = try MemoryRegion(
        RegionOptions(
          byteCount: tooMuch(for: node, beside: competitor), placement: .bind(to: other)))
      let migration = try region.migrate(to: node)
      print("moving to a full node: \(migration)")
      #expect(migration.notMoved > 0 && migration.errno == .noMemory)
      #expect(migration.moved + migration.notMoved == region.byteCount / 4096)
      #expect(region.placement == .bind(to: other, node))
      let found = try pagesByNode(region)
      #expect(found[other, default: 0] == migration.notMoved)
      #expect(found[node, default: 0] == migration.moved)
      #expect(try pagesByNode(competitor) == [node: competitor.byteCount / 4096])
    }

    /// More bytes than the whole node has besides those of the competitor: no matter what else
    /// gives way there, they do not fit.
    private func tooMuch(for node: NUMANode, beside competitor: MemoryRegion) throws -> Int {
      let total = try #require(NodeMemory(node, .linux)).totalByteCount
      return (total - competitor.byteCount + Self.spareByteCount) & -4096
    }

    /// The last node with CPUs, and what it has to give; nil, and a report, if filling it would
    /// take long, or more than the machine has.
    private func smallNode() throws -> (NUMANode, Int)? {
      guard let nodes = severalNodes() else { return nil }
      let node = try #require(nodesWithProcessors(nodes).last).node
      let available = try availableByteCount(node)
      guard available < 4 << 30 else {
        cannotTest("small-node", because: "\(node) has too much memory to fill")
        return nil
      }
      let machine = SystemLimits.current.availableByteCount ?? 0
      guard available > 4 * Self.spareByteCount, machine > available + 4 * Self.spareByteCount
      else {
        cannotTest("small-node", because: "too little memory is free")
        return nil
      }
      return (node, available)
    }

    /// The kernel, without the figures of its nodes.
    private static let withoutNodeFigures: SystemCalls = {
      var table = SystemCalls.linux
      table.readFile = { (path) throws(Errno) in
        if path.hasSuffix("/meminfo") && path.hasPrefix("/sys") { throw .noSuchFileOrDirectory }
        return try SystemCalls.linux.readFile(path)
      }
      return table
    }()
  }
}
