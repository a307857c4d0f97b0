import IOPages
import MemoryRegions
import MemoryTestSupport
import Synchronization
import SystemPackage
import Testing

extension OnNodesTests {
  @Suite struct PoolSetOnNodesTests {
    /// A set with 256 pages on each node.
    private func makeSet() throws -> PagePoolSet {
      try PagePoolSet(PagePoolSetOptions(byteCount: .eachNode(1 << 20)))
    }

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
      let set = try makeSet()
      let topology = NUMATopology.current
      for node in topology.nodes {
        let local = try #require(topology.nearest(to: node.node).first)
        for cpu in node.cpus {
          let found = try onProcessor(cpu) {
            // The first fills the processor's cache, the others come from it.
            try (0..<20).map { _ in try nodeOf(try set.allocate(order: 0, fallback: .none)) }
          }
          #expect(Set(found) == [local], "on CPU \(cpu) of \(node.node)")
        }
      }
    }

    @Test func `a thread that is moved gets the right node at once`() throws {
      guard severalNodes() != nil else { return }
      let set = try makeSet()
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
