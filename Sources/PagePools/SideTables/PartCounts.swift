// Beside the buddy, seven bits for each frame: of how many parts a page consists that buffers own.
// Zero means one part, so that whole pages have nothing to count, and fresh tables are valid. Nine
// counts share a word; all tables together stay below 0.05 % of the region that way, which bytes
// would not. The parts of a page belong to different threads: every change is atomic.
//
//   63      62 ... 56   55 ... 49         13 ... 7    6 ... 0
//   unused  frame 8     frame 7     ...   frame 1     frame 0

internal import Synchronization

/// How many parts a page has beyond its first one, for each frame of a pool.
@safe
struct PartCounts: @unchecked Sendable {
  // Sendable: every word is atomic.
  private let words: UnsafeMutablePointer<Atomic<UInt64>>

  private static let bitsPerCount = 7
  private static let countsPerWord = 9

  /// What a count says of a page that has more parts than it can count: `PoolState.crowdedParts` does.
  static let crowded = 1 << bitsPerCount - 1

  static func byteCount(frameCount: Int) -> Int {
    (frameCount + countsPerWord - 1) / countsPerWord * 8
  }

  /// What a change has come to.
  enum Change {
    /// The page has one part more, or one less.
    case done
    /// The page had one part only: nothing has changed.
    case wasLast
    /// The count says that the page is crowded, or has no room for one more: nothing has changed.
    case isCrowded
  }

  /// - Parameter memory: `byteCount(frameCount:)` zeroed bytes that outlive this value.
  @unsafe
  init(_ memory: UnsafeMutableRawPointer, frameCount: Int) {
    // Atomic<UInt64> has the layout of UInt64, and zero is a valid value of it.
    unsafe words = memory.bindMemory(
      to: Atomic<UInt64>.self, capacity: PartCounts.byteCount(frameCount: frameCount) / 8)
  }

  /// Counts one more part of a page, as long as the count has room.
  func add(to frame: Int) -> Change {
    change(frame) { $0 < PartCounts.crowded - 1 ? ($0 + 1, .done) : (nil, .isCrowded) }
  }

  /// Counts one part of a page less, unless it is the last one.
  func remove(from frame: Int) -> Change {
    change(frame) {
      $0 == PartCounts.crowded ? (nil, .isCrowded) : $0 == 0 ? (nil, .wasLast) : ($0 - 1, .done)
    }
  }

  /// Marks a page as crowded that has as many parts as can be counted.
  ///
  /// - Returns: whether it had.
  func markCrowded(_ frame: Int) -> Bool {
    change(frame) {
      $0 == PartCounts.crowded - 1 ? (PartCounts.crowded, .done) : (nil, .isCrowded)
    } == .done
  }

  /// Ends the crowd on a page: from now on its count counts again.
  func unmarkCrowded(_ frame: Int) {
    _ = change(frame) { _ in (PartCounts.crowded - 1, .done) }
  }

  /// What the count of a frame says.
  subscript(frame: Int) -> Int {
    let (word, shift) = place(of: frame)
    // The frame is the pool's: the caller has checked it.
    return PartCounts.count(in: unsafe words[word].load(ordering: .acquiring), shift)
  }

  /// Replaces the count of a frame by what `next` makes of it, if anything.
  @inline(__always)
  private func change(_ frame: Int, _ next: (Int) -> (count: Int?, Change)) -> Change {
    let (word, shift) = place(of: frame)
    // The frame is the pool's: the caller has checked it. Acquiring and releasing: whoever has the
    // last part sees what was done to the others.
    var old = unsafe words[word].load(ordering: .acquiring)
    while true {
      let (count, change) = next(PartCounts.count(in: old, shift))
      guard let count else { return change }
      let new = old & ~(UInt64(PartCounts.crowded) &<< shift) | UInt64(count) &<< shift
      let exchange = unsafe words[word].compareExchange(
        expected: old, desired: new, successOrdering: .acquiringAndReleasing,
        failureOrdering: .acquiring)
      if exchange.exchanged { return change }
      old = exchange.original
    }
  }

  private func place(of frame: Int) -> (word: Int, shift: UInt64) {
    let word = UInt(frame) / UInt(PartCounts.countsPerWord)
    let index = frame &- Int(word) &* PartCounts.countsPerWord
    return (Int(word), UInt64(index &* PartCounts.bitsPerCount))
  }

  private static func count(in word: UInt64, _ shift: UInt64) -> Int {
    Int(truncatingIfNeeded: word &>> shift) & crowded
  }
}
