import Glibc
import IOPages
import MemoryTestSupport
import Testing
import TwinModels

@Suite(.leavesNoPages) struct PagePoolSetTests {
  @Test func `this machine's nodes get a pool each`() throws {
    let set = try PagePoolSet(
      PagePoolSetOptions(byteCount: .eachNode(4 << 20), allowing: .placement))
    #expect(!set.nodes.isEmpty)
    #expect(set.nodes == set.pools.keys.sorted())
    for node in set.nodes {
      #expect(set.pools[node]?.statistics.pageCount == 1024)
      #expect(set.regions[node]?.granted.isPopulated == true)
      let page = try set.allocate(order: 2, on: .node(node), fallback: .none)
      #expect(set.node(of: page) == node)
    }
    let local = try set.allocate(pages: 3)
    #expect(set.nodes.contains(set.node(of: local)))
  }

  @Test func `slices lie a power of two apart, whatever their sizes`() throws {
    let set = try MadeUpNodes.set(pages: [256, 1000, 16])
    #expect(set.nodes == [2, 3, 7])
    var bases: [UInt] = []
    for node in set.nodes {
      let region = try #require(set.regions[node])
      bases.append(unsafe UInt(bitPattern: region.baseAddress))
      // The first page and the last one of each.
      let held = try set.exhaust(node)
      #expect(held.count == region.byteCount / IOPage.pageSize)
      for index in held.indices where set.node(of: held[index]) != node {
        Issue.record("Page \(index) is not on \(node).")
      }
    }
    #expect(bases[1] - bases[0] == 1024 * 4096)
    #expect(bases[2] - bases[1] == 1024 * 4096)
  }

  @Test func `pages of a pool, of a client and parts of pages have their node, too`() throws {
    let set = try MadeUpNodes.set(pages: [64, 64])
    let pool = try #require(set.pools[3])
    #expect(set.node(of: try pool.allocate(pages: 2)) == 3)
    #expect(set.node(of: try pool.limited(to: 8).allocate(pages: 2)) == 3)
    let parts = try set.allocate(order: 2, on: .node(3)).split()
    for index in parts.indices { #expect(set.node(of: parts[index]) == 3) }
  }

  @Test func `a page goes back to the pool of its own node`() throws {
    let set = try MadeUpNodes.set(pages: [4096, 4096])
    let here = try set.allocate(order: 0)
    let there = try set.allocate(order: 0, on: .node(3))
    #expect(set.pools.mapValues(\.statistics.allocatedPages) == [2: 1, 3: 1])
    _ = consume there
    #expect(set.pools.mapValues(\.statistics.allocatedPages) == [2: 1, 3: 0])
    _ = consume here
    for pool in set.pools.values {
      #expect(pool.statistics.freePages == 4096)
      try pool.checkInvariants()
    }
  }

  @Test func `committed pages reach the pool of their node`() throws {
    let options = RegionOptions(
      byteCount: 1 << 20, initiallyCommitted: 4096, population: .none)
    let set = try PagePoolSet(
      slices: [(2, options), (3, options)], topology: MadeUpNodes.topology(processors: []))
    set.watchPools()
    #expect(set.failure(pages: 2, on: .node(3), fallback: .none)?.reason == .exhausted)
    try set.regions[3]?.commit(pages: 7)
    #expect(set.node(of: try set.allocate(pages: 2, on: .node(3), fallback: .none)) == 3)
    #expect(set.pools[2]?.statistics.pageCount == 1)
  }

  @Test func `memory outlives the set until its last page is back`() throws {
    weak var near: MemoryRegion?
    weak var far: MemoryRegion?
    var page: IOPage?
    do {
      let set = try MadeUpNodes.set(pages: [64, 64])
      near = set.regions[2]
      far = set.regions[3]
      page = try set.allocate(order: 1, on: .node(3))
    }
    #expect(near == nil)
    #expect(far != nil)
    page?.fill(with: 7)
    page = nil
    #expect(far == nil)
  }

  @Test func `a pool of the set stays open as long as somebody has it`() throws {
    var pool: PagePool?
    do {
      let set = try MadeUpNodes.set(pages: [64, 64])
      pool = set.pools[3]
    }
    #expect(try pool?.allocate(pages: 64).pageCount == 64)
  }

  @Test func `a second set is opened beside the first`() throws {
    let first = try MadeUpNodes.set(pages: [64, 64])
    let second = try MadeUpNodes.set(pages: [64, 64])
    let page = try first.allocate(order: 0)
    #expect(second.pools.values.allSatisfy { !page.isFrom($0) })
  }

  @Test func `a slice that cannot be opened is an error`() {
    let options = RegionOptions(byteCount: 1 << 20, population: .none)
    let unaligned = RegionOptions(byteCount: 4097)
    #expect(throws: RegionError.self) {
      try PagePoolSet(
        slices: [(2, options), (3, unaligned)], topology: MadeUpNodes.topology(processors: []))
    }
  }

  @Test func `asking for the node of somebody else's page, or of none, is a trap`() async {
    await #expect(processExitsWith: .trap) {
      let set = try MadeUpNodes.set(pages: [64, 64])
      let other = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 4096)))
      let page = try other.allocate(pages: 1)
      _ = set.node(of: page)
    }
    await #expect(processExitsWith: .trap) {
      let set = try MadeUpNodes.set(pages: [64, 64])
      let empty = try set.allocate(pages: 0)
      _ = set.node(of: empty)
    }
  }

  @Test func `a forked child's requests are refused`() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let set = try MadeUpNodes.set(pages: [4096, 4096])
      let held = try set.allocate(order: 0)
      let status = statusOfForkedChild {
        for choice in [NodeChoice.local, .node(3)] {
          do throws(OutOfMemory) {
            _ = try set.allocate(order: 0, on: choice)
            return 1
          } catch {
            guard error.reason == .notOwner else { return 2 }
          }
        }
        // Nor is a node without a pool what is wrong.
        guard set.failure(pages: 1, on: .node(9), fallback: .none)?.reason == .notOwner
        else { return 3 }
        return 0
      }
      guard status == 0 else { exit(status ?? 99) }
      guard set.statistics[2]?.pool.allocatedPages == held.pageCount else { exit(50) }
    }
  }
}
