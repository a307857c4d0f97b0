import MemoryTestSupport
import Testing

@testable import PagePools

extension PoolReference {
  /// Takes a block as a client would: from the cache of this processor, or else from the pool.
  fileprivate func takeBlock(order: Int) throws(OutOfMemory) -> Int {
    let entry = takeCached(order: order)
    guard entry != 0 else {
      return try allocate(order: order, contents: .uninitialized, reclaim: .never)
    }
    if entry & PoolReference.partlyKnown != 0 {
      prepareCached(entry, order: order, contents: .uninitialized)
    }
    return frame(ofEntry: entry)
  }

  /// Gives a block back as a client would.
  fileprivate func giveBlock(_ frame: Int, order: Int) {
    // The block is the caller's.
    unsafe free(base + frame << 12, pageCount: 1 << order)
  }
}

private let methods: [ProcessorCacheMethod] = [.none, .exchange, .restartableSequences]

@Suite(.leavesNoPages, .tags(.concurrency)) struct CachedTrimTests {
  /// Whatever a trim takes meanwhile, no page is handed out, cached or not, that has no memory.
  @Test(arguments: methods)
  func cachesHoldOnlyPagesWithMemory(method: ProcessorCacheMethod) throws {
    let isThere = Guarded(Array(repeating: true, count: 4096))
    var backing = PoolBacking()
    backing.populate = { pages in
      isThere.withLock { for page in pages { $0[page] = true } }
      return true
    }
    let pool = PoolTestMemory.makePool(
      pages: 4096, cacheMethod: method, cacheByteLimit: 64 << 10, backing: backing)
    let reference = pool.reference
    onThreads(3) { index in
      var random = SplitMix64(seed: UInt64(index))
      var held: [(frame: Int, order: Int)] = []
      for _ in 0..<3000 {
        if index == 0, random.once(in: 20) {
          _ = reference.trim(keeping: random.number(below: 2048)) { (pages) throws(Never) in
            isThere.withLock { for page in pages { $0[page] = false } }
          }
        } else if random.once(in: 2), held.count < 100 {
          let order = random.geometric(upTo: 4)
          guard let frame = try? reference.takeBlock(order: order) else { continue }
          #expect(
            isThere.withLock { there in (frame..<frame + 1 << order).allSatisfy { there[$0] } })
          held.append((frame, order))
        } else if !held.isEmpty {
          let block = held.remove(at: random.number(below: held.count))
          reference.giveBlock(block.frame, order: block.order)
        }
      }
      for block in held { reference.giveBlock(block.frame, order: block.order) }
    }
    #expect(pool.statistics.freePages == 4096)
    try pool.checkInvariants()
  }

  /// Requests that fit are never refused while trims take everything there is, over and over.
  @Test(arguments: methods)
  func nobodyFailsWhileOthersTrim(method: ProcessorCacheMethod) throws {
    let pool = PoolTestMemory.makePool(
      pages: 256, cacheMethod: method, cacheByteLimit: 64 << 10)
    let reference = pool.reference
    let isOver = PoolTestMemory.Flag()
    let trimming = RunningThread {
      while !isOver.isSet {
        _ = reference.trim(keeping: 0) { (_) throws(Never) in Platform.pause(attempt: 20) }
      }
    }
    onThreads(2) { _ in
      for step in 0..<300 {
        do throws(OutOfMemory) {
          if step % 2 == 0 {
            let first = try reference.allocate(
              pages: 100, contents: .uninitialized, reclaim: .never)
            reference.free(first..<first + 100)
          } else {
            reference.giveBlock(try reference.takeBlock(order: 2), order: 2)
          }
        } catch {
          Issue.record("\(error)")
        }
      }
    }
    isOver.set()
    trimming.wait()
    #expect(pool.statistics.freePages == 256)
    try pool.checkInvariants()
  }

  /// What is promised to clients is in the buddy at every moment, whatever the caches do.
  @Test(.leavesFrames, arguments: methods)
  func reservesAreNeverInCaches(method: ProcessorCacheMethod) throws {
    let pool = PoolTestMemory.makePool(
      pages: 512, cacheMethod: method, cacheByteLimit: 64 << 10)
    let reference = pool.reference
    let views = [
      try pool.limited(to: 60, reserving: 40), try pool.limited(to: 200, reserving: 100),
    ]
    var random = SplitMix64(seed: TestSeed.choose(for: "reservesAreNeverInCaches"))
    var held: [(frame: Int, order: Int)] = []
    var own: [[Int]] = [[], []]
    for _ in 0..<20_000 {
      let client = random.number(below: 2)
      switch random.number(below: 8) {
      case 0...2:
        let order = random.geometric(upTo: 4)
        if let frame = try? reference.takeBlock(order: order) { held.append((frame, order)) }
      case 3, 4:
        guard !held.isEmpty else { continue }
        let block = held.remove(at: random.number(below: held.count))
        reference.giveBlock(block.frame, order: block.order)
      case 5, 6:
        let view = views[client]
        do throws(OutOfMemory) {
          let frame = try reference.allocate(
            pages: 1, for: view.client, contents: .uninitialized, reclaim: .never)
          own[client].append(frame)
        } catch {
          // Only beyond the reserve.
          #expect(own[client].count >= view.reserve)
          #expect((error.reason == .limit) == (own[client].count == view.limit))
        }
      default:
        guard !own[client].isEmpty else { continue }
        let frame = own[client].remove(at: random.number(below: own[client].count))
        // The page is the client's.
        unsafe views[client].client.reference.free(reference.base + frame << 12, pageCount: 1)
      }
      reference.withLock { state in
        let unmet = zip(views, own).reduce(0) { $0 + max(0, $1.0.reserve - $1.1.count) }
        #expect(state.reserved == unmet)
        #expect(state.buddy.freeFrameCount >= unmet)
      }
    }
    #expect(views.map(\.allocatedPages) == own.map(\.count))
    try pool.checkInvariants()
  }
}
