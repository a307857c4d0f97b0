import IOPages
import MemoryRegions
import MemoryTestSupport
import Synchronization
import SystemPackage
import Testing

extension OnNodesTests {
  @Suite struct PoolSetOnNodesTests {
    /// A set with 256 pages on each node, unless more are asked for.
    private func makeSet(byteCount: Int = 1 << 20) throws -> PagePoolSet {
      try PagePoolSet(PagePoolSetOptions(byteCount: .eachNode(byteCount)))
    }

    /// Large enough for each processor to keep pages of its node.
    private let cachedByteCount = 16 << 20

    @Test func `each node's pool is on its node`() throws {
      guard let nodes = severalNodes() else { return }
      let set = try makeSet()
      #expect(set.nodes == nodes)
      for node in nodes {
        #expect(try pagesByNode(try #require(set.regions[node])) == [node: 256])
        let page = try set.allocate(order: 3, on: .node(node), fallback: .none)
        #expect(set.node(of: page) == node)
        #expect(try nodeOf(page) == node)
      }
    }

    @Test func `threads on each CPU get pages of their own node`() throws {
      guard severalNodes() != nil else { return }
      let set = try makeSet(byteCount: cachedByteCount)
      let topology = NUMATopology.current
      for node in topology.nodes {
        let local = try #require(topology.nearest(to: node.node).first)
        for cpu in node.cpus {
          let found = try onProcessor(cpu) {
            // The first fills the processor's cache, the others come from it. All are held.
            var pages = UniqueArray<IOPage>()
            for _ in 0..<20 { pages.append(try set.allocate(order: 0, fallback: .none)) }
            return try pages.indices.map { try nodeOf(pages[$0]) }
          }
          #expect(Set(found) == [local], "on CPU \(cpu) of \(node.node)")
          #expect(set.statistics[local]!.pool.cachedPages > 0)
        }
      }
    }

    @Test func `a thread that is moved gets the right node at once`() throws {
      guard severalNodes() != nil else { return }
      let set = try makeSet(byteCount: cachedByteCount)
      let topology = NUMATopology.current
      let places = try topology.nodes.flatMap { node in
        try node.cpus.map { ($0, try #require(topology.nearest(to: node.node).first)) }
      }
      for _ in 0..<3 {
        for (cpu, node) in places {
          onThreads(1) { _ in
            for (other, otherNode) in places {
              Processors.move(to: other)
              #expect((try? nodeOf(try set.allocate(order: 0))) == otherNode)
              Processors.move(to: cpu)
              #expect((try? nodeOf(try set.allocate(order: 0))) == node)
            }
          }
        }
      }
    }

    @Test func `threads on every CPU at once get their own node's pages, and drop each other's`()
      throws
    {
      guard severalNodes() != nil else { return }
      let set = try makeSet(byteCount: cachedByteCount)
      let topology = NUMATopology.current
      let places = try topology.nodes.flatMap { node in
        try node.cpus.map { ($0, try #require(topology.nearest(to: node.node).first)) }
      }
      let handedOver = Mutex<[SharedPageBuffer]>([])
      onThreads(places.count) { index in
        let (cpu, local) = places[index]
        Processors.move(to: cpu)
        do {
          for step in 1...600 {
            let page = try set.allocate(order: 0, fallback: .none)
            // Asking the kernel takes its time.
            if step % 20 == 0 { #expect(try nodeOf(page) == local, "on CPU \(cpu)") }
            #expect(set.node(of: page) == local)
            let buffer = PageBuffer(page).freeze()
            handedOver.withLock { $0.append(buffer) }
            // What has gathered is dropped here, pages of other nodes among it.
            if step % 50 == 0 { handedOver.withLock { $0.removeAll() } }
          }
        } catch {
          Issue.record("on CPU \(cpu): \(error)")
        }
      }
      handedOver.withLock { $0.removeAll() }
      for (node, figures) in set.statistics {
        #expect(figures.pool.allocatedPages == 0, "\(node)")
        #expect(figures.metElsewhere == 0 && figures.metForOthers == 0, "\(node)")
      }
      for pool in set.pools.values { try pool.checkInvariants() }
    }

    @Test func `a page goes back to its own node's pool, whoever frees it`() throws {
      guard let nodes = severalNodes() else { return }
      let set = try makeSet()
      let cpus = nodesWithProcessors(nodes).map { $0.cpus[0] }
      for node in nodes {
        for cpu in cpus {
          let page = try set.allocate(order: 0, on: .node(node), fallback: .none)
          #expect(set.statistics[node]?.pool.allocatedPages == 1)
          let held = PageBox(page)
          onThreads(1) { _ in
            Processors.move(to: cpu)
            held.drop()
          }
          for (_, figures) in set.statistics { #expect(figures.pool.allocatedPages == 0) }
        }
      }
      // Every page of each node is there again, and on it.
      for node in nodes {
        let all = try set.allocate(pages: 256, on: .node(node), fallback: .none)
        #expect(set.node(of: all) == node)
        #expect(try nodeOf(all) == node)
      }
    }

    @Test func `a strict request fails when its node is exhausted, and takes none of the others`()
      throws
    {
      guard let nodes = severalNodes() else { return }
      let set = try makeSet()
      for node in nodes {
        let all = try set.allocate(pages: 256, on: .node(node), fallback: .none)
        let error = #expect(throws: OutOfMemory.self) {
          _ = try set.allocate(order: 0, on: .node(node), fallback: .none)
        }
        #expect(error?.node == node.number && error?.reason == .exhausted)
        for other in nodes where other != node {
          #expect(set.statistics[other]?.pool.allocatedPages == 0)
        }
        withExtendedLifetime(all) {}
      }
    }

    @Test func `what falls back goes from node to node by distance`() throws {
      guard let nodes = severalNodes() else { return }
      let topology = NUMATopology.current
      for node in topology.nodes {
        let set = try makeSet()
        var pages = UniqueArray<IOPage>()
        var order: [NUMANode] = []
        for index in 0..<nodes.count * 256 {
          let page = try set.allocate(order: 0, on: .node(node.node), fallback: .nearest)
          // A look at one page of each lot is enough: asking the kernel takes its time.
          if index % 256 == 128 { #expect(try nodeOf(page) == set.node(of: page)) }
          if order.last != set.node(of: page) { order.append(set.node(of: page)) }
          pages.append(page)
        }
        #expect(order == topology.nearest(to: node.node))
        let error = #expect(throws: OutOfMemory.self) {
          _ = try set.allocate(order: 0, on: .node(node.node), fallback: .nearest)
        }
        #expect(error?.node == node.node.number)
        #expect(pages.count == nodes.count * 256)
      }
    }

    @Test func `a list is kept to`() throws {
      guard let nodes = severalNodes() else { return }
      let set = try makeSet()
      let (first, last) = (nodes[0], nodes[nodes.count - 1])
      let all = try set.allocate(pages: 256, on: .node(first), fallback: .none)
      let page = try set.allocate(order: 2, on: .node(first), fallback: .list([last]))
      #expect(try nodeOf(page) == last)
      withExtendedLifetime(all) {}
      #expect(set.statistics[first]?.metElsewhere == 1)
      #expect(set.statistics[last]?.metForOthers == 1)
    }
  }
}

/// The node of a page's memory, by asking the kernel.
private func nodeOf(_ page: borrowing IOPage) throws -> NUMANode {
  // The address of a page that is alive, used as a number only.
  let address = Int(bitPattern: unsafe page.baseAddress)
  return NUMANode(Int(try #require(try SystemCalls.linux.nodes([address]).first)))
}

/// A page for another thread to drop.
private final class PageBox: Sendable {
  private let page: Mutex<IOPage?>

  init(_ page: consuming sending IOPage) { self.page = Mutex(page) }

  func drop() { page.withLock { $0 = nil } }
}
