import MemoryTestSupport
import PagePools
import Synchronization
import Testing

/// Threads take and return blocks of random orders and check with a page map that no page is ever
/// handed out twice; at the end everything is one set of maximal blocks again.
@Suite(.leavesNoPages, .tags(.concurrency)) struct ConcurrencyTests {
  /// Which pages are out.
  private final class PageMap: Sendable {
    private let owners: [Cell]
    private final class Cell: Sendable { let isOut = Atomic<Bool>(false) }
    init(pages: Int) { owners = (0..<pages).map { _ in Cell() } }

    func take(_ pages: Range<Int>) -> Bool {
      pages.allSatisfy { !owners[$0].isOut.exchange(true, ordering: .relaxed) }
    }
    func give(_ pages: Range<Int>) -> Bool {
      pages.allSatisfy { owners[$0].isOut.exchange(false, ordering: .relaxed) }
    }
  }

  @Test(arguments: [1, 2, 4])
  func noPageIsOutTwice(threads: Int) throws {
    let seed = TestSeed.choose(for: "noPageIsOutTwice")
    let pool = PoolTestMemory.makePool(pages: 1024)
    let reference = pool.reference
    let map = PageMap(pages: 1024)
    onThreads(threads) { index in
      var random = SplitMix64(seed: seed &+ UInt64(index))
      var held: [Range<Int>] = []
      for _ in 0..<4000 {
        if held.isEmpty || Bool.random(using: &random) {
          let pages = 1 << Int.random(in: 0...6, using: &random)
          let count = Int.random(in: 1...pages, using: &random)
          if let first = try? reference.allocate(
            pages: count, contents: .uninitialized, reclaim: .never)
          {
            if !map.take(first..<first + count) { Issue.record("A page is out twice.") }
            held.append(first..<first + count)
          }
        } else {
          held.swapAt(Int.random(in: 0..<held.count, using: &random), held.count - 1)
          let run = held.removeLast()
          // Now and then in two parts.
          let middle = Int.random(in: run, using: &random)
          if !map.give(run) { Issue.record("A page that was out is not.") }
          if middle > run.lowerBound { reference.free(run.lowerBound..<middle) }
          reference.free(middle..<run.upperBound)
        }
      }
      for run in held {
        _ = map.give(run)
        reference.free(run)
      }
    }
    #expect(pool.statistics.freePages == 1024)
    #expect(pool.statistics.freeBlocks[10] == 1)
    try pool.checkInvariants()
  }
}
