// The set beside a plain model: one naive allocator for each node, asked in the order that the request
// allows. Without caches the pools place pages by the same rule, so that each page has to be the very
// one that the model takes, and each error has to have the model's figures. With caches, single pages
// have to come from the node that the model says, which holds only if a node is left no sooner than
// when all that its processors' caches hold is gone as well.

import IOPages
import MemoryTestSupport
import Testing
import TwinModels

@Suite(.leavesNoPages) struct PagePoolSetModelTests {
  private static let pages = [300, 128, 64, 200]
  private static let steps = 4000

  @Test func `random requests are met by the pages that the model takes`() throws {
    let seed = TestSeed.choose(for: "PagePoolSetModelTests")
    var random = SplitMix64(seed: seed)
    let set = try MadeUpNodes.set(pages: Self.pages, cacheMethod: .none)
    var model = NodesModel(pages: Self.pages)
    var held = UniqueArray<IOPage>()
    for step in 0..<Self.steps {
      if random.once(in: 400) {
        held.removeAll()
        model.freeAll()
      }
      if !held.isEmpty, random.number(below: 5) < 2 {
        let index = random.number(below: held.count)
        try model.free(at: index)
        held.swapAt(index, held.count - 1)
        _ = held.removeLast()
        continue
      }
      let request = NodeRequest(&random)
      let expected = model.allocate(request)
      do throws(OutOfMemory) {
        let page =
          request.isBlock
          ? try set.allocate(
            order: request.order, on: request.choice, fallback: request.fallback,
            contents: .uninitialized)
          : try set.allocate(
            pages: request.pages, on: request.choice, fallback: request.fallback,
            contents: .uninitialized)
        let found = NodesModel.Block(
          node: set.node(of: page), first: page.pageNumber, pages: page.pageCount)
        #expect(.success(found) == expected, "seed \(seed), step \(step): \(request)")
        held.append(page)
      } catch {
        #expect(.failure(error) == expected, "seed \(seed), step \(step): \(request)")
      }
      guard case .success = expected else { continue }
      guard held.count == model.held.count else { break }
    }
    let free = set.statistics.mapValues(\.pool.freePages)
    #expect(free == model.freePages)
    for pool in set.pools.values { try pool.checkInvariants() }
  }

  @Test(arguments: Processors.cacheMethods)
  func `with caches a node is left when it has no page in them, either`(
    method: ProcessorCacheMethod
  ) throws {
    let seed = TestSeed.choose(for: "PagePoolSetModelTests, cached")
    var random = SplitMix64(seed: seed)
    // Large enough for caches of several pages.
    let pages = [8192, 4096, 8192]
    let set = try MadeUpNodes.set(pages: pages, cacheMethod: method)
    var free = Dictionary(uniqueKeysWithValues: zip(MadeUpNodes.numbers, pages))
    var mostCached: [NUMANode: Int] = [:]
    var held = UniqueArray<IOPage>()
    for step in 0..<60_000 {
      // Phases of taking and of giving back, so that nodes run out again and again.
      if step % 1000 == 0 {
        for (node, figures) in set.statistics {
          mostCached[node] = max(mostCached[node] ?? 0, figures.pool.cachedPages)
        }
      }
      let takes = random.number(below: 10) < (step / 10_000 % 2 == 0 ? 9 : 2)
      if takes || held.isEmpty {
        let request = NodeRequest(&random)
        let order = request.candidates(among: MadeUpNodes.numbers.dropLast())
        let expected = order.first { free[$0]! > 0 }
        do throws(OutOfMemory) {
          let page = try set.allocate(
            order: 0, on: request.choice, fallback: request.fallback, contents: .uninitialized)
          let node = set.node(of: page)
          guard node == expected else {
            Issue.record("seed \(seed), step \(step): \(node), not \(String(describing: expected))")
            return
          }
          free[node]! -= 1
          held.append(page)
        } catch {
          #expect(expected == nil, "seed \(seed), step \(step): \(error)")
        }
      } else {
        let index = random.number(below: held.count)
        free[set.node(of: held[index])]! += 1
        held.swapAt(index, held.count - 1)
        _ = held.removeLast()
      }
    }
    #expect(set.statistics.mapValues(\.pool.freePages) == free)
    // All processors are node 2's, whose pages they cache, and those of the nearest other node.
    #expect(mostCached[2]! > 0 && mostCached[3]! > 0)
    held.removeAll()
    for (node, pool) in set.pools {
      #expect(pool.statistics.freePages == pool.statistics.pageCount, "\(node)")
      try pool.checkInvariants()
    }
  }
}

/// A request at random.
private struct NodeRequest: CustomStringConvertible {
  var isBlock: Bool
  var pages: Int
  var choice: NodeChoice
  var fallback: NodeFallback

  init(_ random: inout SplitMix64) {
    isBlock = random.once(in: 2)
    pages = isBlock ? 1 << random.geometric(upTo: 9) : random.size(upTo: 300)
    // A node without a pool is among them: 9, and where there are fewer pools, others.
    choice = random.once(in: 3) ? .local : .node(random.element(of: MadeUpNodes.numbers + [9]))
    switch random.number(below: 4) {
    case 0: fallback = .none
    case 1:
      var list = MadeUpNodes.numbers
      random.shuffle(&list)
      fallback = .list(Array(list.prefix(random.number(below: 5))))
    default: fallback = .nearest
    }
  }

  var order: Int { pages.trailingZeroBitCount }

  /// The node that is asked for; all processors are node 2's.
  var node: NUMANode {
    switch choice {
    case .local: 2
    case .node(let node): node
    }
  }

  /// The nodes to be asked, by the distances alone.
  func candidates(among nodes: some Sequence<NUMANode>) -> [NUMANode] {
    let nodes = Array(nodes)
    let own = nodes.filter { $0 == node }
    switch fallback {
    case .none: return own
    case .list(let list):
      return list.reduce(into: own) { order, next in
        if nodes.contains(next), !order.contains(next) { order.append(next) }
      }
    case .nearest:
      let row = MadeUpNodes.distances.first { $0.node == node }?.distances
      // Of equal keys the lower number: the order of the nodes.
      return nodes.enumerated().sorted { first, second in
        let (near, far) = (row?[first.offset] ?? 0, row?[second.offset] ?? 0)
        return (near, first.offset) < (far, second.offset)
      }.map(\.element)
    }
  }

  var description: String { "\(pages) page(s), block \(isBlock), \(choice), \(fallback)" }
}

/// One naive allocator for each node.
private struct NodesModel {
  struct Block: Equatable {
    var node: NUMANode
    var first: Int
    var pages: Int
  }

  private var nodes: [NUMANode: ReferenceAllocator] = [:]
  private(set) var held: [Block] = []

  init(pages: [Int]) {
    for (node, pages) in zip(MadeUpNodes.numbers, pages) {
      let order = Int.bitWidth - 1 - pages.leadingZeroBitCount
      var allocator = ReferenceAllocator(frameCount: pages, largestOrder: order)
      allocator.extend(to: pages)
      nodes[node] = allocator
    }
  }

  var freePages: [NUMANode: Int] { nodes.mapValues(\.freeFrameCount) }

  /// What has to come of a request.
  mutating func allocate(_ request: NodeRequest) -> Result<Block, OutOfMemory> {
    let candidates = request.candidates(among: nodes.keys.sorted())
    for node in candidates {
      let first =
        request.isBlock
        ? nodes[node]?.allocate(order: request.order) : nodes[node]?.allocate(frames: request.pages)
      if let first {
        let block = Block(node: node, first: first, pages: request.pages)
        held.append(block)
        return .success(block)
      }
    }
    return .failure(failure(request, candidates))
  }

  private func failure(_ request: NodeRequest, _ candidates: [NUMANode]) -> OutOfMemory {
    let asked = candidates.compactMap { nodes[$0] }
    var order = 0
    while 1 << order < request.pages { order += 1 }
    let free = asked.map(\.freeFrameCount).reduce(0, +)
    let canEver = asked.contains { $0.largestOrder >= order }
    return OutOfMemory(
      requestedPages: request.pages, requestedOrder: order, freePages: free,
      largestFreeOrder: asked.compactMap(\.largestFreeOrder).max(), node: request.node.number,
      otherNodes: candidates.filter { $0 != request.node }.count,
      reason: asked.isEmpty
        ? .noPoolOnNode
        : !canEver ? .largerThanRegion : free < request.pages ? .exhausted : .fragmented)
  }

  /// Gives one block back; the last one takes its place.
  mutating func free(at index: Int) throws {
    let block = held[index]
    held.swapAt(index, held.count - 1)
    held.removeLast()
    try nodes[block.node]?.free(block.first..<block.first + block.pages)
  }

  mutating func freeAll() {
    for block in held {
      guard (try? nodes[block.node]?.free(block.first..<block.first + block.pages)) != nil else {
        preconditionFailure("The model has lost \(block).")
      }
    }
    held.removeAll()
  }
}
