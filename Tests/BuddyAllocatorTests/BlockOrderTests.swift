import MemoryTestSupport
import Testing

@testable import BuddyAllocator

@Suite("BlockOrder: order arithmetic, and ranges as aligned blocks")
struct BlockOrderTests {
  @Test func coveringAndFittingAreTheNeighbouringPowersOfTwo() {
    for frameCount in 1...5000 {
      let covering = BlockOrder.covering(frameCount: frameCount)
      #expect(1 << covering >= frameCount)
      #expect(covering == 0 || 1 << (covering - 1) < frameCount)
      let fitting = BlockOrder.fitting(frameCount: frameCount)
      #expect(1 << fitting <= frameCount && frameCount < 2 << fitting)
    }
    #expect(BlockOrder.covering(frameCount: 1 << 35) == 35)
    #expect(BlockOrder.covering(frameCount: 1 << 35 + 1) == 36)
    #expect(BlockOrder.fitting(frameCount: .max) == 62)
    #expect(BlockOrder.covering(frameCount: .max) == 63)
  }

  @Test func frameCountsDouble() {
    #expect((0...62).allSatisfy { BlockOrder.frameCount($0) == 1 << $0 })
    #expect(BlockOrder.highest == 35)
  }

  @Test func framesOfABlock() {
    #expect(FreeBlock(frame: 24, order: 3).frames == 24..<32)
    #expect(FreeBlock(frame: 7, order: 0).frames == 7..<8)
  }

  /// The greedy blocks are the fewest there are if no two neighbours could have been one.
  @Test(arguments: [0, 1, 2, 5, 6, 7])
  func aRangeFallsIntoAlignedBlocksThatCannotBeJoined(largestOrder: Int) {
    for lower in 0..<70 {
      for upper in lower..<140 {
        let blocks = Array(AlignedBlocks(lower..<upper, largestOrder: largestOrder))
        var position = lower
        for (index, block) in blocks.enumerated() {
          let isAligned = block.frame % (1 << block.order) == 0 && block.order <= largestOrder
          if block.frame != position || !isAligned {
            Issue.record("\(lower)..<\(upper): \(blocks)")
          }
          position = block.frames.upperBound
          guard index + 1 < blocks.count, block.order < largestOrder else { continue }
          if blocks[index + 1].order == block.order, block.frame % (2 << block.order) == 0 {
            Issue.record("\(lower)..<\(upper): \(block) should be joined with its neighbour")
          }
        }
        if position != upper { Issue.record("\(lower)..<\(upper) ends at \(position)") }
      }
    }
  }

  @Test func frameZeroIsAlignedToEverything() {
    let blocks = Array(AlignedBlocks(0..<(1 << 35), largestOrder: 35))
    #expect(blocks == [FreeBlock(frame: 0, order: 35)])
  }
}
