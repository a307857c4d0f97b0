import MemoryTestSupport
import Testing

@testable import PagePools

@Suite struct PartCountsTests {
  @Test(arguments: [0, 1, 8, 9, 17, 99])
  func countsUpAndDownAndNowhereElse(frame: Int) {
    withCounts(frameCount: 100) { counts in
      for expected in 1..<PartCounts.crowded {
        #expect(counts.add(to: frame) == .done)
        #expect(counts[frame] == expected)
      }
      #expect(counts.add(to: frame) == .isCrowded)
      for other in 0..<100 where other != frame { #expect(counts[other] == 0) }
      for expected in (0..<PartCounts.crowded - 1).reversed() {
        #expect(counts.remove(from: frame) == .done)
        #expect(counts[frame] == expected)
      }
      #expect(counts.remove(from: frame) == .wasLast)
      #expect(counts[frame] == 0)
    }
  }

  @Test func crowdedPagesAreLeftAlone() {
    withCounts(frameCount: 9) { counts in
      #expect(!counts.markCrowded(4))
      for _ in 1..<PartCounts.crowded { #expect(counts.add(to: 4) == .done) }
      #expect(counts.markCrowded(4))
      #expect(!counts.markCrowded(4))
      #expect(counts[4] == PartCounts.crowded)
      #expect(counts.add(to: 4) == .isCrowded)
      #expect(counts.remove(from: 4) == .isCrowded)
      counts.unmarkCrowded(4)
      #expect(counts[4] == PartCounts.crowded - 1)
      #expect(counts.remove(from: 4) == .done)
    }
  }

  /// Neighbours share a word, and their threads do not.
  @Test(.tags(.concurrency)) func neighboursAreCountedAtTheSameTime() {
    withCounts(frameCount: 9) { counts in
      onThreads(4) { thread in
        for _ in 0..<20_000 {
          for _ in 0..<3 { _ = counts.add(to: thread) }
          for _ in 0..<3 { _ = counts.remove(from: thread) }
        }
      }
      for frame in 0..<9 { #expect(counts[frame] == 0) }
    }
  }

  private func withCounts(frameCount: Int, _ body: (PartCounts) -> Void) {
    let byteCount = PartCounts.byteCount(frameCount: frameCount)
    // Zeroed memory that outlives the counts.
    let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 8)
    defer { unsafe memory.deallocate() }
    unsafe memory.initializeMemory(as: UInt64.self, repeating: 0, count: byteCount / 8)
    body(unsafe PartCounts(memory, frameCount: frameCount))
  }
}
