// The pages that have more parts than seven bits can count: more than 127 of them in one page, which is
// allowed and rare. Their counts are kept here, under the pool's lock.

/// Counts of parts, by frame.
struct CrowdedPages {
  private struct Entry {
    let frame: Int
    var partsBeyondFirst: Int
  }
  /// In ascending order of their frames.
  private var entries: [Entry] = []

  var isEmpty: Bool { entries.isEmpty }

  /// The number of parts of a page beyond its first; nil if it is not crowded. O(log crowded pages).
  subscript(frame: Int) -> Int? {
    let index = index(of: frame)
    return index < entries.count && entries[index].frame == frame
      ? entries[index].partsBeyondFirst : nil
  }

  /// Begins to count the parts of a page. O(crowded pages).
  mutating func insert(_ frame: Int, partsBeyondFirst: Int) {
    entries.insert(Entry(frame: frame, partsBeyondFirst: partsBeyondFirst), at: index(of: frame))
  }

  /// Changes the count of a page that is counted here, and gives the new one. O(log crowded pages).
  mutating func change(_ frame: Int, by difference: Int) -> Int {
    let index = index(of: frame)
    precondition(
      index < entries.count && entries[index].frame == frame, "The page's parts are not counted.")
    entries[index].partsBeyondFirst += difference
    return entries[index].partsBeyondFirst
  }

  /// Ends the counting of a page's parts. O(crowded pages).
  mutating func remove(_ frame: Int) { entries.remove(at: index(of: frame)) }

  /// Where a frame is, or would be.
  private func index(of frame: Int) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].frame < frame { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
