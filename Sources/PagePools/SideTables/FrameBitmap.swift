// One bit for each frame, beside the buddy: which frames may hold old data, which are owned
// through raw addresses. Bits of different frames share words, and frames belong to different
// threads, so every change is atomic; the bits of one frame are changed by its owner only.

internal import Synchronization

/// A bitmap over frames in the pool's side tables.
@safe
struct FrameBitmap: @unchecked Sendable {
  // Sendable: every word is atomic.
  private let words: UnsafeMutablePointer<Atomic<UInt64>>

  static func wordCount(frameCount: Int) -> Int { (frameCount + 63) / 64 }

  /// - Parameter memory: `wordCount(frameCount:)` zeroed words that outlive this value.
  @unsafe
  init(_ memory: UnsafeMutableRawPointer, frameCount: Int) {
    // Atomic<UInt64> has the layout of UInt64, and zero is a valid value of it.
    unsafe words = memory.bindMemory(
      to: Atomic<UInt64>.self, capacity: FrameBitmap.wordCount(frameCount: frameCount))
  }

  /// The words that a range of frames touches, each with the mask of the range's bits in it.
  @inline(__always)
  private func forEachWord(in frames: Range<Int>, _ body: (Int, UInt64) -> Void) {
    var frame = frames.lowerBound
    while frame < frames.upperBound {
      let end = min(frames.upperBound, (frame | 63) &+ 1)
      let length = UInt64(end &- frame)
      let mask = length == 64 ? .max : ((1 &<< length) &- 1) &<< UInt64(frame & 63)
      body(frame &>> 6, mask)
      frame = end
    }
  }

  /// Sets the bits of a range of frames. O(frames / 64).
  @inline(__always)
  func insert(_ frames: Range<Int>) {
    forEachWord(in: frames) { index, mask in
      // The frames are the pool's: the caller has checked them.
      let old = unsafe words[index].load(ordering: .relaxed)
      if old & mask != mask { _ = unsafe words[index].bitwiseOr(mask, ordering: .relaxed) }
    }
  }

  /// Clears the bits of a range of frames. O(frames / 64).
  func remove(_ frames: Range<Int>) {
    forEachWord(in: frames) { index, mask in
      // The frames are the pool's: the caller has checked them.
      _ = unsafe words[index].bitwiseAnd(~mask, ordering: .relaxed)
    }
  }

  @inline(__always)
  func contains(_ frame: Int) -> Bool {
    // The frame is the pool's: the caller has checked it.
    unsafe words[frame &>> 6].load(ordering: .relaxed) & (1 &<< UInt64(frame & 63)) != 0
  }

  /// Whether every bit is set of the 64 that a frame's is one of.
  @inline(__always)
  func containsAll(inWordOf frame: Int) -> Bool {
    // The frame is the pool's: the caller has checked it.
    unsafe words[frame &>> 6].load(ordering: .relaxed) == .max
  }

  /// The number of bits that are set in a range of frames. O(frames / 64).
  func count(in frames: Range<Int>) -> Int {
    var count = 0
    forEachWord(in: frames) { index, mask in
      // The frames are the pool's: the caller has checked them.
      count += unsafe (words[index].load(ordering: .relaxed) & mask).nonzeroBitCount
    }
    return count
  }

  /// The first frame of the range whose bit is `value`; the range's end if there is none.
  func first(in frames: Range<Int>, where value: Bool) -> Int {
    var found = frames.upperBound
    forEachWord(in: frames) { index, mask in
      guard found == frames.upperBound else { return }
      // The frames are the pool's: the caller has checked them.
      let bits = unsafe words[index].load(ordering: .relaxed)
      let matching = (value ? bits : ~bits) & mask
      if matching != 0 { found = index * 64 + matching.trailingZeroBitCount }
    }
    return found
  }
}
