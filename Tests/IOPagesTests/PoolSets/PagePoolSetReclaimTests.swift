import Glibc
import IOPages
import MemoryTestSupport
import Synchronization
import Testing
import TwinModels

@Suite(.leavesNoPages, .tags(.concurrency), .timeLimit(.minutes(5)))
struct PagePoolSetReclaimTests {
  @Test func `a node's reclaimers are asked before the next node is`() throws {
    let set = try MadeUpNodes.set(pages: [16, 16])
    let held = try set.allocate(pages: 15)
    let spare = SparePages(try set.allocate(pages: 1))
    let token = try #require(set.pools[2]).onPressure { _ in spare.drop() }
    // Without reclaiming, the next node has it.
    #expect(set.node(of: try set.allocate(pages: 1, reclaim: .never)) == 3)
    #expect(spare.isHeld)
    #expect(set.node(of: try set.allocate(pages: 1)) == 2)
    #expect(!spare.isHeld)
    #expect(held.pageCount == 15)
    _ = consume token
  }

  @Test func `reclaimers of other nodes are asked when it is their turn`() throws {
    let set = try MadeUpNodes.set(pages: [16, 16])
    let near = try set.allocate(pages: 16)
    let far = try set.allocate(pages: 15, on: .node(3))
    let spare = SparePages(try set.allocate(pages: 1, on: .node(3)))
    let token = try #require(set.pools[3]).onPressure { _ in spare.drop() }
    #expect(set.failure(pages: 1, fallback: .none) != nil)
    #expect(spare.isHeld)
    #expect(set.node(of: try set.allocate(pages: 1)) == 3)
    #expect(!spare.isHeld)
    #expect(near.pageCount + far.pageCount == 31)
    _ = consume token
  }

  /// What a reclaimer gives back may be of a node that was asked before.
  @Test func `a page that comes back to a node that has failed is found`() throws {
    let set = try MadeUpNodes.set(pages: [16, 16])
    let near = try set.allocate(pages: 15)
    let spare = SparePages(try set.allocate(pages: 1))
    let far = try set.allocate(pages: 16, on: .node(3))
    let token = try #require(set.pools[3]).onPressure { _ in spare.drop() }
    #expect(set.node(of: try set.allocate(pages: 1)) == 2)
    #expect(!spare.isHeld)
    #expect(near.pageCount + far.pageCount == 31)
    // The request was met in the end, and by the node that it was for.
    #expect(set.statistics[2]?.pool.failures == 0 && set.statistics[3]?.pool.failures == 0)
    #expect(set.statistics[2]?.metElsewhere == 0)
    _ = consume token
  }

  /// A reclaimer that needs pages of another node does not ask that one's reclaimers.
  @Test func `rounds of two nodes do not nest`() throws {
    let set = try MadeUpNodes.set(pages: [16, 16])
    let near = try set.allocate(pages: 16)
    let far = try set.allocate(pages: 15, on: .node(3))
    let spare = SparePages(try set.allocate(pages: 1, on: .node(3)))
    let inner = Guarded<OutOfMemory?>(nil)
    let first = try #require(set.pools[2]).onPressure { _ in
      inner.withLock { $0 = set.failure(pages: 1, on: .node(3), fallback: .none) }
      return 0
    }
    let second = try #require(set.pools[3]).onPressure { _ in spare.drop() }
    #expect(set.failure(pages: 1, fallback: .none)?.node == 2)
    #expect(inner.withLock { $0 }?.node == 3)
    #expect(spare.isHeld)
    // The round is over: the next request asks.
    #expect(try set.allocate(pages: 1, on: .node(3)).pageCount == 1)
    #expect(!spare.isHeld)
    #expect(near.pageCount + far.pageCount == 31)
    _ = consume first
    _ = consume second
  }

  /// Each of two reclaimers, on a thread of its own, needs a page of the other's pool while both
  /// run. Neither may wait for the other's round, which would never end.
  @Test func `reclaimers that need pages of each other's nodes do not wait for ever`() throws {
    let set = try MadeUpNodes.set(pages: [16, 16])
    let near = try set.allocate(pages: 16)
    let far = try set.allocate(pages: 16, on: .node(3))
    let running = Atomic<Int>(0)
    let refusals = Atomic<Int>(0)
    func reclaimer(of node: NUMANode, needing other: NUMANode) throws -> PressureToken {
      try #require(set.pools[node]).onPressure { _ in
        running.wrappingAdd(1, ordering: .sequentiallyConsistent)
        while running.load(ordering: .sequentiallyConsistent) < 2 { sched_yield() }
        if set.failure(pages: 1, on: .node(other), fallback: .none) != nil {
          refusals.wrappingAdd(1, ordering: .sequentiallyConsistent)
        }
        return 0
      }
    }
    let first = try reclaimer(of: 2, needing: 3)
    let second = try reclaimer(of: 3, needing: 2)
    onThreads(2) { index in
      #expect(set.failure(pages: 1, on: .node(index == 0 ? 2 : 3), fallback: .none) != nil)
    }
    #expect(refusals.load(ordering: .sequentiallyConsistent) == 2)
    #expect(near.pageCount + far.pageCount == 32)
    _ = consume first
    _ = consume second
  }
}

/// Pages that a reclaimer can drop.
private final class SparePages: @unchecked Sendable {
  // One thread at a time uses it.
  private var pages: IOPage?
  init(_ pages: consuming IOPage) { self.pages = consume pages }
  var isHeld: Bool { pages != nil }
  /// Returns the number of pages.
  func drop() -> Int {
    guard let pages = pages.take() else { return 0 }
    return pages.pageCount
  }
}
