// Pages that came back and are not handed out again yet: the longer a page rests, the more stale
// writes to it are found.

/// Runs of pages in the order in which they came back.
struct Quarantine {
  private var runs: [Range<Int>] = []
  private var first = 0
  /// The pages in it.
  private(set) var pageCount = 0

  /// The runs in it.
  var members: ArraySlice<Range<Int>> { runs[first...] }

  /// Adds a run. Amortised O(1).
  mutating func append(_ frames: Range<Int>) {
    runs.append(frames)
    pageCount += frames.count
  }

  /// The run that has been in it longest, which is taken out; nil if there is none.
  mutating func removeFirst() -> Range<Int>? {
    guard first < runs.count else { return nil }
    let frames = runs[first]
    pageCount -= frames.count
    first += 1
    // What has gone is let go of when it is half of all.
    if first * 2 >= runs.count {
      runs.removeFirst(first)
      first = 0
    }
    return frames
  }
}
