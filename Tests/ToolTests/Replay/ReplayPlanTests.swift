import Testing
import iopages

@Suite struct ReplayPlanTests {
  @Test(
    arguments: [(0, 0), (1, 1), (511, 1), (512, 1), (513, 2), (1024, 2), (102_332, 200)]
      as [(Int, Int)])
  func theLeastIsWhatThePagesFitInto(pages: Int, blocks: Int) {
    let mark = ReplayPlan.Mark(eventCount: 1, livePageCount: pages, recordedBlockCount: 0)
    #expect(mark.minimalBlockCount == blocks)
  }

  @Test(
    arguments: [
      (0..<1, 0...0), (511..<512, 0...0), (511..<513, 0...1), (512..<1024, 1...1),
      (1024..<3072, 2...5),
    ] as [(Range<Int>, ClosedRange<Int>)])
  func pagesLieInBlocksOfTwoMebibytes(pages: Range<Int>, blocks: ClosedRange<Int>) {
    #expect(HugeBlock.numbers(of: pages) == blocks)
  }
}
