// Many runs at once against the same number of single ones.

import MemoryTestSupport
import Testing

@testable import BuddyAllocator

@Suite("FrameWord: many runs of one word at once")
struct FrameWordBatchTests {
  @Test(arguments: 0...5)
  func runsAreChosenAsOneByOne(order: Int) {
    for word in FrameWordTests.words where word != 0 && word != .max {
      var rest = FrameWord(word)
      var expected: UInt64 = 0
      let limit = rest.largestRunOrder(limit: 5)
      for count in 1...(64 >> order) {
        if rest.bits != 0, rest.largestRunOrder(limit: limit) >= order {
          let run = rest.smallestRun(order: order, limit: limit)
          expected |= 1 << UInt64(run.start)
          rest.bits &= ~(FrameWord.run(order: order) << UInt64(run.start))
        }
        let actual = FrameWord(word).starts(
          ofSmallestRuns: order, atMost: count, limit: limit)
        if actual != expected {
          Issue.record("0x\(String(word, radix: 16)), \(count) of \(order): \(actual)")
        }
      }
    }
  }

  @Test(arguments: 0...5)
  func bitsBecomeRuns(order: Int) {
    for word in FrameWordTests.words {
      let bits = word & (UInt64.max >> UInt64(64 - 64 >> order))
      let widened = FrameWord.widened(bits, order: order)
      for bit in 0..<64 {
        #expect(widened >> UInt64(bit) & 1 == bits >> UInt64(bit >> order) & 1)
      }
    }
  }
}
