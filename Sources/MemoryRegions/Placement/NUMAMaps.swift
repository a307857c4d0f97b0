// /proc/self/numa_maps has one line a mapping: its start, its policy, and how many of its pages are
// on which node. It has no end addresses, so a range is covered by the mappings that start in it,
// and by the last one that starts before.
//
//      7f2a40000000 bind:0 anon=512 dirty=512 active=0 N0=512 kernelpagesize_kB=4

/// Reading /proc/self/numa_maps.
package enum NUMAMaps {
  /// Pages by node over the mappings that hold the range. Nil if the text has none of them.
  package static func pagesByNode(_ text: String, starting range: Range<Int>) -> [Int: Int]? {
    var lines: [(start: Int, words: ArraySlice<Substring>)] = []
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let first = words.first, let start = Int(first, radix: 16) else { continue }
      lines.append((start, words.dropFirst()))
    }
    guard let first = lines.lastIndex(where: { $0.start <= range.lowerBound }) else { return nil }
    var pages: [Int: Int] = [:]
    for line in lines[first...] where line.start < range.upperBound {
      for word in line.words where word.first == "N" {
        let sides = word.dropFirst().split(separator: "=")
        guard sides.count == 2, let node = Int(sides[0]), let count = Int(sides[1]) else {
          continue
        }
        pages[node, default: 0] += count
      }
    }
    return pages
  }
}
