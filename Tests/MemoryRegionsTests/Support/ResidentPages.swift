// How much memory a mapping really has.

import MemoryRegions
import Testing

extension SystemCalls {
  /// Pages of the range in memory, by the Rss of /proc/self/smaps.
  func residentPages(_ range: Range<Int>) throws -> Int {
    var total = 0
    var isInside = false
    for line in try readFile("/proc/self/smaps").split(separator: "\n") {
      let words = line.split(separator: " ")
      let ends = words[0].split(separator: "-").compactMap { Int($0, radix: 16) }
      if words[0].last != ":", ends.count == 2 {
        isInside = ends[0] < ends[1] && range.overlaps(ends[0]..<ends[1])
      } else if isInside, words[0] == "Rss:" {
        total += try #require(Int(words[1])) / 4
      }
    }
    return total
  }
}
