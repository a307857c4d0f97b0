import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("Buddy: looking at free blocks")
struct BuddyFreeBlocksTests {
  static let seed = TestSeed.choose(for: "BuddyFreeBlocksTests")

  @Test func theWalkFindsEveryBlockOnce() throws {
    let fixture = BuddyFixture(frameCount: 300, largestOrder: 7)
    #expect(fixture.buddy.allocate(at: 0..<300) == true)
    for frames in [0..<1, 63..<65, 126..<256, 299..<300] { try fixture.buddy.free(frames) }
    #expect(
      fixture.freeBlocks == [
        FreeBlock(frame: 0, order: 0), FreeBlock(frame: 63, order: 0),
        FreeBlock(frame: 64, order: 0), FreeBlock(frame: 126, order: 1),
        FreeBlock(frame: 128, order: 7), FreeBlock(frame: 299, order: 0),
      ])
  }

  /// From every frame, inside and outside of the region, against the list of all blocks.
  @Test(arguments: [0, 1, 5, 6, 7, 12])
  func fromEveryFrame(largestOrder: Int) throws {
    let fixture = BuddyFixture(frameCount: 4500, largestOrder: largestOrder, managed: 4400)
    #expect(fixture.buddy.allocate(at: 0..<4400) == true)
    var random = SplitMix64(seed: Self.seed)
    var isFree = [Bool](repeating: false, count: 4500)
    for _ in 0..<12 {
      let lower = random.number(below: 4400)
      for frame in lower..<min(4400, lower + random.size(upTo: 600)) where !isFree[frame] {
        isFree[frame] = true
        try fixture.buddy.free(frame, order: 0)
      }
    }
    let blocks = fixture.freeBlocks
    #expect(blocks.map { 1 << $0.order }.reduce(0, +) == isFree.count { $0 })
    for frame in -70..<4570 {
      let containing = blocks.first { $0.frames.contains(frame) }
      if fixture.buddy.freeBlock(containing: frame) != containing {
        Issue.record("freeBlock(containing: \(frame)) is not \(String(describing: containing))")
      }
      let next = blocks.first { $0.frames.upperBound > frame }
      if fixture.buddy.nextFreeBlock(from: frame) != next {
        Issue.record("nextFreeBlock(from: \(frame)) is not \(String(describing: next))")
      }
    }
  }

  @Test func framesThatDoNotExistAreInNoBlock() {
    let fixture = BuddyFixture(frameCount: 100, largestOrder: 6)
    for frame in [Int.min, -1, 100, 101, 1 << 40, Int.max] {
      #expect(fixture.buddy.freeBlock(containing: frame) == nil)
    }
    #expect(fixture.buddy.nextFreeBlock(from: .min) == FreeBlock(frame: 0, order: 6))
    #expect(fixture.buddy.nextFreeBlock(from: 100) == nil)
    #expect(fixture.buddy.nextFreeBlock(from: .max) == nil)
  }
}
