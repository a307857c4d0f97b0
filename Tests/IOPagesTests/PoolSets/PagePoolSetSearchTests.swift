import IOPages
import MemoryTestSupport
import Testing
import TwinModels

@Suite(.leavesNoPages) struct PagePoolSetSearchTests {
  private typealias Found = [(node: NUMANode, pages: Int)]

  private func expect(
    _ found: Found, _ nodes: [NUMANode], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.map(\.node) == nodes, sourceLocation: sourceLocation)
    // Each one is left when nothing is left of it.
    #expect(found.allSatisfy { $0.pages == 512 }, sourceLocation: sourceLocation)
  }

  private func set() throws -> PagePoolSet {
    try MadeUpNodes.set(pages: [512, 512, 512, 512])
  }

  @Test func `a strict request gets every page of its node and none of another`() throws {
    let set = try set()
    expect(set.nodesUntilExhausted(on: .node(7), fallback: .none), [7])
    expect(set.nodesUntilExhausted(on: .local, fallback: .none), [2])
    expect(set.nodesUntilExhausted(on: .local, fallback: .list([])), [2])
  }

  @Test func `the nearest nodes are exhausted one after the other`() throws {
    let set = try set()
    expect(set.nodesUntilExhausted(on: .local, fallback: .nearest), [2, 3, 7, 8])
    expect(set.nodesUntilExhausted(on: .node(3), fallback: .nearest), [3, 8, 2, 7])
    expect(set.nodesUntilExhausted(on: .node(8), fallback: .nearest), [8, 3, 2, 7])
  }

  @Test func `a list is kept to, repetitions and nodes without a pool apart`() throws {
    let set = try set()
    expect(
      set.nodesUntilExhausted(on: .node(3), fallback: .list([7, 9, 3, 7, 2])), [3, 7, 2])
    expect(set.nodesUntilExhausted(on: .local, fallback: .list([8])), [2, 8])
  }

  @Test func `a node without a pool is one that has nothing`() throws {
    let set = try MadeUpNodes.set(pages: [512, 512])
    // 8 is nearer to 3 than to 2; of 9 nobody knows how far it is from anything.
    expect(set.nodesUntilExhausted(on: .node(8), fallback: .nearest), [3, 2])
    expect(set.nodesUntilExhausted(on: .node(9), fallback: .nearest), [2, 3])
    expect(set.nodesUntilExhausted(on: .node(-1), fallback: .list([3])), [3])
    #expect(
      set.failure(pages: 2, on: .node(8), fallback: .none)
        == OutOfMemory(
          requestedPages: 2, requestedOrder: 1, freePages: 0, largestFreeOrder: nil, node: 8,
          reason: .noPoolOnNode))
    #expect(
      set.failure(pages: 1024, on: .node(8))
        == OutOfMemory(
          requestedPages: 1024, requestedOrder: 10, freePages: 1024, largestFreeOrder: 9, node: 8,
          otherNodes: 2, reason: .largerThanRegion))
  }

  /// This machine's node of that processor is none of the set's, or else its first.
  @Test func `a processor that no node has is served all the same`() throws {
    let set = try MadeUpNodes.set(pages: [512, 512], processors: [])
    let found = set.nodesUntilExhausted(on: .local, fallback: .nearest)
    #expect(Set(found.map(\.node)) == [2, 3])
    #expect(found.allSatisfy { $0.pages == 512 })
  }

  @Test func `a strict error has the figures of its node`() throws {
    let set = try MadeUpNodes.set(pages: [16, 32])
    let held = try set.allocate(pages: 9, on: .node(2))
    #expect(
      set.failure(pages: 8, on: .node(2), fallback: .none)
        == OutOfMemory(
          requestedPages: 8, requestedOrder: 3, freePages: 7, largestFreeOrder: 2, node: 2,
          reason: .exhausted))
    #expect(set.failure(pages: 8, fallback: .none)?.node == 2)
    // The pool by itself says no less.
    do throws(OutOfMemory) {
      _ = try set.pools[2]?.allocate(pages: 8)
      Issue.record("Seven pages are eight.")
    } catch {
      #expect(error.node == 2)
      #expect(error.otherNodes == 0)
    }
    #expect(held.pageCount == 9)
  }

  @Test func `an error of several nodes has the figures of all`() throws {
    let set = try MadeUpNodes.set(pages: [16, 32, 16])
    let held = try set.allocate(pages: 9, on: .node(2))
    let more = try set.allocate(pages: 17, on: .node(3))
    #expect(
      set.failure(pages: 32, on: .node(2), fallback: .list([3]))
        == OutOfMemory(
          requestedPages: 32, requestedOrder: 5, freePages: 22, largestFreeOrder: 3, node: 2,
          otherNodes: 1, reason: .exhausted))
    let failure = set.failure(pages: 32, on: .local)
    #expect(
      failure
        == OutOfMemory(
          requestedPages: 32, requestedOrder: 5, freePages: 38, largestFreeOrder: 4, node: 2,
          otherNodes: 2, reason: .fragmented))
    #expect(failure?.description.contains("on node 2 or 2 other node(s)") == true)
    #expect(held.pageCount + more.pageCount == 26)
  }

  @Test func `runs and single pages come of one node`() throws {
    let set = try MadeUpNodes.set(pages: [64, 64, 64])
    let held = try set.allocate(pages: 40, on: .node(2))
    #expect(set.node(of: try set.allocate(pages: 30)) == 3)
    var singles = UniqueArray<IOPage>()
    try set.allocate(singlePages: 30, into: &singles)
    #expect(singles.indices.allSatisfy { set.node(of: singles[$0]) == 3 })
    try set.allocate(singlePages: 24, into: &singles, on: .node(2), fallback: .none)
    #expect(set.node(of: singles[53]) == 2)
    do throws(OutOfMemory) {
      try set.allocate(singlePages: 65, into: &singles)
      Issue.record("No node has so many.")
    } catch {
      #expect(error.reason == .largerThanRegion)
      #expect(error.otherNodes == 2)
    }
    do throws(OutOfMemory) {
      try set.allocate(singlePages: 50, into: &singles, on: .node(3), fallback: .list([2]))
      Issue.record("No node has so many left.")
    } catch {
      #expect(error.requestedPages == 50)
      #expect(error.freePages == 34)
      #expect(error.reason == .exhausted)
    }
    do throws(OutOfMemory) {
      try set.allocate(singlePages: 50, into: &singles, on: .node(3), fallback: .list([2, 7]))
    } catch {
      Issue.record("Node 7 has so many: \(error)")
    }
    do throws(OutOfMemory) {
      try set.allocate(singlePages: 35, into: &singles, on: .node(3))
      Issue.record("No node has so many left, though all of them together have.")
    } catch {
      #expect(error.freePages == 48)
      #expect(error.reason == .exhausted)
      #expect(error.description.contains("fewer than that on each"))
    }
    #expect(singles.count == 104)
    try set.allocate(singlePages: 0, into: &singles, on: .node(9), fallback: .none)
    #expect(try set.allocate(pages: 0, on: .node(9), fallback: .none).isEmpty)
    #expect(held.pageCount == 40)
  }

  @Test func `buffers are made of local pages`() throws {
    let set = try MadeUpNodes.set(pages: [64, 64])
    let buffer = try PageBuffer(count: 10_000, from: set)
    #expect(buffer.count == 10_000)
    #expect(set.pools[2]?.statistics.allocatedPages == 3)
    let block = try PageBuffer(count: 4096, from: set)
    #expect(block.count == 4096)
    #expect(set.pools[2]?.statistics.allocatedPages == 4)
  }

  @Test func `contents are zeroed unless the caller wants none`() throws {
    let set = try MadeUpNodes.set(pages: [4096, 4096])
    for choice in [NodeChoice.local, .node(3)] {
      for _ in 0..<100 {
        var page = try set.allocate(order: 1, on: choice)
        #expect(page.load(fromByteOffset: 8184, as: UInt64.self) == 0)
        page.fill(with: 0xff)
      }
    }
  }

  @Test func `a failure on purpose names the node that was chosen`() throws {
    let set = try MadeUpNodes.set(pages: [4, 4])
    let all = try set.exhaust(2)
    #expect(all.count == 4)
    for (failing, otherNodes) in [(NUMANode(2), 0), (3, 1)] {
      set.pools[failing]?.inject(AllocationFaults(count: 1))
      let failure = set.failure(pages: 1)
      #expect(failure?.reason == .injected)
      #expect(failure?.node == 2 && failure?.otherNodes == otherNodes)
      #expect(set.pools[failing]?.removeFaults().failed == 1)
    }
    #expect(set.failure(pages: 1) == nil)
  }

  @Test func `a negative order or number is a trap`() async {
    await #expect(processExitsWith: .trap) {
      let set = try MadeUpNodes.set(pages: [64])
      trapping { _ = try set.allocate(order: -1) }
    }
    await #expect(processExitsWith: .trap) {
      let set = try MadeUpNodes.set(pages: [64])
      trapping { _ = try set.allocate(pages: -1) }
    }
    await #expect(processExitsWith: .trap) {
      let set = try MadeUpNodes.set(pages: [64])
      var pages = UniqueArray<IOPage>()
      try set.allocate(singlePages: -1, into: &pages)
    }
  }
}
