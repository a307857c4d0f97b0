// What happens when a node is full. The kernel ends a process that touches a page bound to a full
// node, so that these tests end with the machine if the library does as the kernel would.

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

    @Test func `two threads that want more than the node has get all of it there, or an error`()
      throws
    {
      guard let (node, available) = try smallNode() else { return }
      let nodes = nodesWithProcessors(NUMATopology.nodesWithMemory(.linux).sorted())
      let outcomes = Mutex<[String]>([])
      onThreads(2) { thread in
        if let cpu = nodes[thread % nodes.count].cpus.first { Processors.move(to: cpu) }
        for round in 0..<3 {
          let options = RegionOptions(
            byteCount: available / 10 * (6 + round) & -4096, placement: .bind(to: node))
          let outcome: String
          do throws(RegionError) {
            // One of them looks, the other one takes what it finds.
            let region = try MemoryRegion(
              options, systemCalls: thread == 0 ? .linux : Self.withoutNodeFigures)
            let found = try? pagesByNode(region)
            #expect(found == [node: region.byteCount / 4096])
            outcome = "granted"
          } catch {
            #expect([.notEnoughMemoryOnNodes, .placementNotMet].contains(error.kind), "\(error)")
            outcome = "\(error.kind)"
          }
          outcomes.withLock { $0.append(outcome) }
        }
      }
      print("two threads and one node: \(outcomes.withLock { $0 }.joined(separator: ", "))")
    }

    @Test func `what only prefers a full node is granted, and says how much is elsewhere`() throws {
      guard let (node, available) = try smallNode() else { return }
      let competitor = try MemoryRegion(
        RegionOptions(
          byteCount: (available - Self.spareByteCount) & -4096, placement: .bind(to: node)))
      let region = try MemoryRegion(
        RegionOptions(
          byteCount: tooMuch(for: node, beside: competitor), placement: .preferred(node)))
      let found = try pagesByNode(region)
      let elsewhere = region.byteCount / 4096 - found[node, default: 0]
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
