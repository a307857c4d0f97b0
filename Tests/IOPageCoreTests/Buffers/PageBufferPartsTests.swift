import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct PageBufferPartsTests {
  /// More parts than are counted beside the page; they go in any order, or are joined again.
  @Test(arguments: [2, 127, 128, 129, 300, 4096])
  func aPageHasAsManyPartsAsBytes(count: Int) throws {
    let seed = TestSeed.choose(for: "aPageHasAsManyPartsAsBytes")
    var random = SplitMix64(seed: seed)
    let pool = PoolTestMemory.makePool(pages: 4)
    let subjects = try parts(count, of: PageBuffer(count: 4096, from: pool))
    #expect(pool.statistics.allocatedPages == 1)
    try pool.checkInvariants()
    var order = Array(subjects.indices)
    random.shuffle(&order)
    for index in order.dropLast() {
      subjects[index].buffer = PageBuffer()
      #expect(pool.statistics.allocatedPages == 1)
    }
    subjects[order.last!].buffer = PageBuffer()
    #expect(pool.statistics.allocatedPages == 0)
    try pool.checkInvariants()
  }

  @Test(arguments: [2, 128, 300])
  func partsAreJoinedAgain(count: Int) throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    let subjects = try parts(count, of: PageBuffer(count: 4096, from: pool))
    for index in 1..<count {
      let isJoined = subjects[0].buffer.join(&subjects[index].buffer)
      #expect(isJoined)
    }
    let page = try subjects[0].buffer.takePages()
    #expect(page.pageCount == 1)
    #expect(pool.statistics.allocatedPages == 1)
    _ = consume page
    #expect(pool.statistics.allocatedPages == 0)
  }

  /// Pages in the middle of a buffer go with it, those at its ends with their last part.
  @Test func pagesAtTheEndsAreShared() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var buffer = PageBuffer(try pool.allocate(pages: 4))
    let first = buffer.takeFirst(100)
    let last = buffer.takeLast(100)
    _ = consume buffer
    #expect(pool.statistics.allocatedPages == 2)
    _ = consume first
    #expect(pool.statistics.allocatedPages == 1)
    _ = consume last
    #expect(pool.statistics.allocatedPages == 0)
  }

  @Test func partsOfAClientsPagesGoBackToIt() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let view = try pool.limited(to: 2)
    var buffer = try PageBuffer(count: 8192, from: view)
    let head = buffer.takeFirst(5000)
    #expect(view.allocatedPages == 2)
    _ = consume head
    #expect(view.allocatedPages == 1)
    _ = consume buffer
    #expect(view.allocatedPages == 0)
  }

  @Test func partsOutliveThePoolsHandle() throws {
    let released = PoolTestMemory.Flag()
    var pool: PagePool? = PoolTestMemory.makePool(pages: 4, released: released)
    var buffer = try PageBuffer(count: 4096, from: pool!)
    let head = buffer.takeFirst(10)
    pool = nil
    _ = consume buffer
    #expect(!released.isSet)
    #expect(head[9] == 0)
    _ = consume head
    #expect(released.isSet)
  }

  /// Parts of the same pages, dropped by several threads at once: the pages go back once each.
  @Test(arguments: [4, 200])
  func partsGoOnSeveralThreads(count: Int) throws {
    let pool = PoolTestMemory.makePool(
      pages: 256, cacheMethod: .exchange, cacheByteLimit: 8 * 4096)
    for round in 0..<200 {
      var buffer = PageBuffer(try pool.allocate(pages: 2))
      buffer.removeFirst(round % 100)
      let subjects = parts(count, of: buffer)
      // Each thread has elements of its own.
      let shares = Guarded(subjects.map { Optional($0) })
      onThreads(4) { thread in
        for index in stride(from: thread, to: count, by: 4) {
          let subject = shares.withLock { $0[index].take() }
          subject?.buffer = PageBuffer()
        }
      }
      let pagesOut = pool.statistics.allocatedPages
      #expect(pagesOut == 0)
    }
    try pool.checkInvariants()
  }

  /// Four threads cut and join their shares of one page, which is crowded now and then.
  @Test func partsComeAndGoOnSeveralThreads() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    for round in 0..<20 {
      let shares = parts(4, of: try PageBuffer(count: 4096, from: pool))
      onThreads(4) { thread in
        var random = SplitMix64(seed: UInt64(round * 4 + thread))
        for _ in 0..<20 {
          // About 120 to 136 parts of all threads together at once.
          var cuts: [Part] = []
          for _ in 0..<random.number(in: 29...33) {
            cuts.append(Part(shares[thread].buffer.takeLast(8)))
          }
          while let cut = cuts.popLast() {
            if !shares[thread].buffer.join(&cut.buffer) { Issue.record("No neighbours.") }
          }
        }
      }
      #expect(pool.statistics.allocatedPages == 1)
      try pool.checkInvariants()
      for share in shares { share.buffer = PageBuffer() }
      #expect(pool.statistics.allocatedPages == 0)
      try pool.checkInvariants()
    }
  }

  /// Cuts a buffer into `count` parts of about the same length.
  private func parts(_ count: Int, of buffer: consuming PageBuffer) -> [Part] {
    var rest = buffer
    return (0..<count).map { index in
      Part(rest.takeFirst(rest.count / (count - index)))
    }
  }

  /// A box, so that parts can be kept in an array.
  private final class Part: @unchecked Sendable {
    // Used by one thread at a time.
    var buffer: PageBuffer
    init(_ buffer: consuming PageBuffer) { self.buffer = buffer }
  }
}
