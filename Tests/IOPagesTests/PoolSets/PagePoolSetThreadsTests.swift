// Threads that stay on a processor, and threads that are moved. The nodes are made up, the processors
// are this machine's: each belongs to a node of its own.

import IOPages
import MemoryTestSupport
import PagePools
import Synchronization
import Testing
import TwinModels

@Suite(.leavesNoPages, .tags(.concurrency)) struct PagePoolSetThreadsTests {
  /// One processor for each node, as far as the machine has them.
  private static let processors = Array(Processors.usable.prefix(MadeUpNodes.numbers.count))

  private func set(method: ProcessorCacheMethod = .restartableSequences) throws -> PagePoolSet {
    try MadeUpNodes.set(
      pages: Self.processors.map { _ in 8192 }, processors: Self.processors.map { [$0] },
      cacheMethod: method)
  }

  @Test(arguments: Processors.cacheMethods)
  func `threads that stay on a processor get pages of its node`(
    method: ProcessorCacheMethod
  ) throws {
    let set = try set(method: method)
    onThreads(Self.processors.count) { index in
      Processors.move(to: Self.processors[index])
      let own = MadeUpNodes.numbers[index]
      do throws(OutOfMemory) {
        for round in 0..<200 {
          var held = UniqueArray<IOPage>()
          for step in 0..<40 {
            held.append(try set.allocate(order: step & 3, contents: .uninitialized))
          }
          for place in held.indices where set.node(of: held[place]) != own {
            Issue.record("Block \(place) of round \(round) is not on \(own).")
          }
        }
      } catch {
        Issue.record("\(error)")
      }
    }
    for figures in set.statistics.values {
      #expect(figures.pool.allocations == 8000)
      #expect(figures.pool.freePages == 8192)
      #expect(figures.metForOthers == 0)
    }
    for pool in set.pools.values { try pool.checkInvariants() }
  }

  @Test func `a thread that is moved gets pages of the new node with its next request`() throws {
    let set = try set()
    let thread = RunningThread {
      var held = UniqueArray<IOPage>()
      do throws(OutOfMemory) {
        for step in 0..<300 {
          let index = step % Self.processors.count
          Processors.move(to: Self.processors[index])
          held.append(try set.allocate(order: 0, contents: .uninitialized))
          #expect(set.node(of: held[step]) == MadeUpNodes.numbers[index])
        }
      } catch {
        Issue.record("\(error)")
      }
    }
    thread.wait()
    for pool in set.pools.values { #expect(pool.statistics.freePages == 8192) }
  }

  @Test(arguments: Processors.cacheMethods)
  func `pages that are given back on other processors go to their own node`(
    method: ProcessorCacheMethod
  ) throws {
    let set = try set(method: method)
    let handedOver = Guarded<[SharedPageBuffer]>([])
    onThreads(max(2, Self.processors.count)) { index in
      Processors.move(to: Self.processors[index % Self.processors.count])
      do throws(OutOfMemory) {
        for step in 1...6000 {
          let page = try set.allocate(order: 0, contents: .uninitialized)
          let buffer = PageBuffer(page).freeze()
          handedOver.withLock { $0.append(buffer) }
          guard step % 50 == 0 else { continue }
          // Dropped here: others' pages, too.
          let taken = handedOver.withLock { buffers in
            defer { buffers.removeAll() }
            return buffers
          }
          _ = consume taken
        }
      } catch {
        Issue.record("\(error)")
      }
    }
    handedOver.withLock { $0.removeAll() }
    for (node, pool) in set.pools {
      #expect(pool.statistics.freePages == 8192, "\(node)")
      try pool.checkInvariants()
    }
  }

  /// All threads together never hold more than there is. A page that one of them takes from a node moves
  /// the free one to the other node, while a request may have asked one of the two and not the other.
  @Test(arguments: [ProcessorCacheMethod.none] + Processors.cacheMethods)
  func `who asks for no more than there is always gets it`(
    method: ProcessorCacheMethod
  ) throws {
    let pages = method == .none ? 8 : 4096
    let set = try MadeUpNodes.set(
      pages: [pages, pages], processors: [Processors.usable], cacheMethod: method)
    let movers = 2
    let seed = TestSeed.choose(for: "PagePoolSetThreadsTests")
    let isOver = Atomic<Bool>(false)
    onThreads(movers + 1) { index in
      var random = SplitMix64(seed: seed &+ UInt64(index))
      var held = UniqueArray<IOPage>()
      // One thread asks for one page again and again; the others hold all but one of the rest.
      let share = index == movers ? 1 : (2 * pages - 2) / movers
      do throws(OutOfMemory) {
        for _ in 0..<share { held.append(try set.allocate(order: 0, contents: .uninitialized)) }
        var step = 0
        while index == movers ? step < 10_000 : !isOver.load(ordering: .relaxed) {
          step += 1
          held.swapAt(random.number(below: held.count), held.count - 1)
          _ = held.removeLast()
          let node = MadeUpNodes.numbers[random.number(below: 2)]
          held.append(try set.allocate(order: 0, on: .node(node), contents: .uninitialized))
        }
      } catch {
        Issue.record("seed \(seed), thread \(index): \(error)")
      }
      if index == movers { isOver.store(true, ordering: .relaxed) }
    }
    for pool in set.pools.values {
      #expect(pool.statistics.freePages == pages)
      try pool.checkInvariants()
    }
  }

  /// Pages that come and go, and are too few for a request, do not keep it from failing.
  @Test(arguments: [ProcessorCacheMethod.none] + Processors.cacheMethods)
  func `a request for more than there is fails while others use the nodes`(
    method: ProcessorCacheMethod
  ) throws {
    let set = try MadeUpNodes.set(
      pages: [4096, 4096], processors: [Processors.usable], cacheMethod: method)
    // Every second page is out: half of the memory is free, and no block of order 1.
    var kept = UniqueArray<IOPage>()
    for node in MadeUpNodes.numbers.prefix(2) {
      var pages = try set.exhaust(node)
      for index in (0..<pages.count).reversed() where pages[index].pageNumber % 2 == 0 {
        pages.swapAt(index, pages.count - 1)
        kept.append(pages.removeLast())
      }
    }
    let isOver = Atomic<Bool>(false)
    let failures = Atomic<Int>(0)
    onThreads(2) { index in
      if index == 0 {
        while !isOver.load(ordering: .relaxed) {
          #expect(set.failure(pages: 1) == nil)
        }
      } else {
        for _ in 0..<200 where set.failure(pages: 512)?.reason == .fragmented {
          failures.wrappingAdd(1, ordering: .relaxed)
        }
        isOver.store(true, ordering: .relaxed)
      }
    }
    #expect(failures.load(ordering: .relaxed) == 200)
    #expect(kept.count == 4096)
  }

  /// Node 8 is neither the own node of a processor of node 2 nor its first fallback.
  @Test func `a processor keeps no pages of distant nodes`() throws {
    let processor = Self.processors[0]
    let set = try MadeUpNodes.set(
      pages: MadeUpNodes.numbers.map { _ in 8192 }, processors: [[processor]])
    let thread = RunningThread {
      Processors.move(to: processor)
      do throws(OutOfMemory) {
        for node in MadeUpNodes.numbers {
          for _ in 0..<3 { _ = try set.allocate(order: 0, on: .node(node)) }
        }
      } catch {
        Issue.record("\(error)")
      }
      for node in MadeUpNodes.numbers {
        guard let pool = set.pools[node] else { continue }
        let entry = pool.reference.takeCached(order: 0)
        // Under the address sanitizer this way past the library is closed.
        let isServed = (node == 2 || node == 3) && !PagePool.hasAddressSanitizer
        #expect((entry != 0) == isServed, "\(node)")
        if entry != 0 { #expect(pool.reference.putCached(entry & ~3, order: 0)) }
      }
    }
    thread.wait()
    for pool in set.pools.values {
      #expect(pool.statistics.freePages == 8192)
      try pool.checkInvariants()
    }
  }
}
