// /proc/self/numa_maps has one line a mapping: its start, its policy, and how many of its pages are
// on which node. It has no end addresses, so a range is covered by the mappings that start in it,
// and by the last one that starts before. The kernel joins neighbours of the same kind to one
// mapping, so the counts may include pages outside the range; they never leave one out.
//
//      7f2a40000000 bind:0 anon=512 dirty=512 active=0 N0=512 kernelpagesize_kB=4

/// Reading /proc/self/numa_maps.
package enum NUMAMaps {
  /// The pages of the mappings that meet a range.
  package struct Count {
    /// Pages in memory, by node.
    package var pagesByNode: [Int: Int]
    /// Whether the first of the mappings starts where the range does, and not before.
    package var startsWithRange: Bool

    /// Whether these are the pages of the range and no others, if it has `pageCount` pages and all
    /// of them are in memory: then one page more, or one outside, would show in the sum.
    package func isOnly(_ pageCount: Int) -> Bool {
      startsWithRange && pagesByNode.values.reduce(0, +) == pageCount
    }
  }

  /// Whether the mappings of /proc/self/maps begin and end where the range does: then none that
  /// meets it reaches beyond it.
  package static func mappings(_ maps: String, beginAndEndWith range: Range<Int>) -> Bool {
    var begins = false
    var ends = false
    for line in maps.split(separator: "\n") {
      let bounds = line.prefix { $0 != " " }.split(separator: "-").map { Int($0, radix: 16) }
      guard bounds.count == 2 else { continue }
      begins = begins || bounds[0] == range.lowerBound
      ends = ends || bounds[1] == range.upperBound
    }
    return begins && ends
  }

  /// The pages over the mappings that hold the range. Nil if the text has none of them.
  package static func count(_ text: String, in range: Range<Int>) -> Count? {
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
    return Count(
      pagesByNode: pages, startsWithRange: lines[first].start == range.lowerBound)
  }
}
