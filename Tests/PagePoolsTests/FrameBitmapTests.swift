import MemoryTestSupport
import Testing

@testable import PagePools

@Suite struct FrameBitmapTests {
  private static let frames = 200

  /// Runs `body` on an empty bitmap of 200 frames.
  private func withBitmap(_ body: (FrameBitmap) -> Void) {
    let words = FrameBitmap.wordCount(frameCount: FrameBitmapTests.frames)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: words * 8, alignment: 64)
    defer { unsafe memory.deallocate() }
    unsafe memory.initializeMemory(as: UInt64.self, repeating: 0, count: words)
    body(unsafe FrameBitmap(memory, frameCount: FrameBitmapTests.frames))
  }

  private static let ranges: [Range<Int>] = [
    0..<1, 63..<64, 64..<65, 0..<64, 63..<65, 1..<199, 0..<200, 128..<192, 199..<200,
  ]

  @Test(arguments: ranges)
  func insertedFramesAreContained(range: Range<Int>) {
    withBitmap { bitmap in
      bitmap.insert(range)
      for frame in 0..<FrameBitmapTests.frames {
        #expect(bitmap.contains(frame) == range.contains(frame))
      }
      #expect(bitmap.first(in: 0..<200, where: true) == range.lowerBound)
      #expect(bitmap.first(in: range, where: false) == range.upperBound)
      #expect(bitmap.count(in: 0..<200) == range.count)
      #expect(bitmap.count(in: 0..<100) == range.clamped(to: 0..<100).count)
      bitmap.remove(range)
      #expect(bitmap.first(in: 0..<200, where: true) == 200)
    }
  }

  @Test func neighboursInOneWordDoNotDisturbEachOther() {
    withBitmap { bitmap in
      onThreads(4) { index in
        for _ in 0..<10_000 {
          let own = index * 10..<index * 10 + 10
          bitmap.insert(own)
          if bitmap.first(in: own, where: false) != own.upperBound {
            Issue.record("A neighbour's change has undone this one.")
          }
          bitmap.remove(own)
        }
        bitmap.insert(index * 10..<index * 10 + 10)
      }
      #expect(bitmap.first(in: 0..<200, where: false) == 40)
    }
  }
}
