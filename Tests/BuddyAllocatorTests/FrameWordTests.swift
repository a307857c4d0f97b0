// The bit tricks on one word against a definition that looks at every bit of every aligned run.

import MemoryTestSupport
import Testing

@testable import BuddyAllocator

@Suite("FrameWord: runs in one word")
struct FrameWordTests {
  /// Words of every density, words made of aligned runs, and words with one bit set or missing.
  static let words: [UInt64] = {
    var random = SplitMix64(seed: TestSeed.choose(for: "FrameWordTests"))
    var words: [UInt64] = [0, .max, 0x5555_5555_5555_5555, 0xAAAA_AAAA_AAAA_AAAA]
    for bit in 0..<64 { words += [1 << UInt64(bit), ~(1 << UInt64(bit))] }
    for _ in 0..<30 {
      words += [random.next(), random.next() & random.next(), random.next() | random.next()]
      var runs: UInt64 = 0
      for _ in 0..<random.number(in: 1...6) {
        let order = random.number(below: 6)
        let start = random.number(below: 64 >> order) << order
        for bit in start..<start + (1 << order) { runs |= 1 << UInt64(bit) }
      }
      words += [runs, ~runs]
    }
    return words
  }()

  /// Whether all bits of the aligned run of `order` that `bit` lies in are set.
  private func isRun(_ word: UInt64, _ bit: Int, order: Int) -> Bool {
    let start = (bit >> order) << order
    var frame = start
    while frame < start + (1 << order), word >> UInt64(frame) & 1 == 1 { frame += 1 }
    return order <= 6 && frame == start + (1 << order)
  }

  /// The maximal aligned runs of set bits of at most `limit`, as (start, order), ascending.
  private func maximalRuns(_ word: UInt64, limit: Int) -> [(start: Int, order: Int)] {
    var runs: [(start: Int, order: Int)] = []
    for order in 0...limit {
      for start in stride(from: 0, to: 64, by: 1 << order) where isRun(word, start, order: order) {
        let isPart = order < limit && isRun(word, start, order: order + 1)
        if !isPart { runs.append((start, order)) }
      }
    }
    return runs
  }

  @Test(arguments: 0...6)
  func largestAndSmallestRuns(limit: Int) throws {
    for word in Self.words where word != 0 {
      let runs = maximalRuns(word, limit: limit)
      let largest = try #require(runs.map(\.order).max())
      #expect(FrameWord(word).largestRunOrder(limit: limit) == largest)
      for order in 0...largest {
        let expected = try #require(
          runs.filter { $0.order >= order }.min { ($0.order, $0.start) < ($1.order, $1.start) })
        let actual = FrameWord(word).smallestRun(order: order, limit: limit)
        if actual != expected {
          Issue.record("0x\(String(word, radix: 16)), order \(order): \(actual), not \(expected)")
        }
      }
    }
  }

  @Test(arguments: 0...5)
  func countsOfRuns(limit: Int) {
    for word in Self.words {
      let runs = maximalRuns(word, limit: limit)
      for order in 0...limit {
        let expected = runs.count { $0.order == order }
        if FrameWord(word).runCount(order: order, limit: limit) != expected {
          Issue.record("0x\(String(word, radix: 16)), order \(order): not \(expected) runs")
        }
      }
    }
  }

  @Test(arguments: 0...6)
  func ordersThatFreeingMergesTo(limit: Int) {
    for word in Self.words {
      for order in 0...min(limit, 5) {
        for start in stride(from: 0, to: 64, by: 1 << order) {
          let mask = FrameWord.run(order: order) << UInt64(start)
          let merged = (order...limit).last { isRun(word | mask, start, order: $0) }
          let actual = FrameWord(word).mergedOrder(start: start, order: order, limit: limit)
          if actual != merged {
            Issue.record("0x\(String(word, radix: 16)), \(order) at \(start): \(actual)")
          }
        }
      }
    }
  }

  @Test func masksOfOneOrder() {
    for order in 0...5 {
      #expect(FrameWord.run(order: order).nonzeroBitCount == 1 << order)
      #expect(FrameWord.run(order: order).trailingZeroBitCount == 0)
      let starts = FrameWord.starts(order: order)
      #expect((0..<64).allSatisfy { (starts >> UInt64($0) & 1 == 1) == ($0 % (1 << order) == 0) })
    }
  }
}
