// How many huge pages a mapping really has. Transparent ones are a wish that the kernel meets as it
// can, so what was granted is counted: /proc/self/smaps says it for each mapping.
//
//      7f2a40000000-7f2a80000000 rw-p 00000000 00:00 0
//      AnonHugePages:   1048576 kB
//      ShmemPmdMapped:        0 kB

extension RegionMapping {
  /// The bytes of what was committed at open that lie in huge pages; nil if nobody can say.
  func hugePageByteCount() -> Int? {
    let committed = options.initiallyCommitted ?? byteCount
    switch options.backing {
    case .basePages: return 0
    case .hugePages2MiB, .hugePages1GiB: return committed
    case .transparentHugePages:
      guard options.populates, committed > 0,
        let text = try? systemCalls.readFile("/proc/self/smaps")
      else { return nil }
      return Self.hugeByteCount(text, in: base..<base + committed)
    }
  }

  /// The bytes in huge pages over the mappings that meet the range; nil if there are none.
  package static func hugeByteCount(_ smaps: String, in range: Range<Int>) -> Int? {
    var total: Int?
    var isInside = false
    for line in smaps.split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      guard let name = words.first else { continue }
      if name.last != ":" {
        let ends = name.split(separator: "-").compactMap { Int($0, radix: 16) }
        isInside = ends.count == 2 && ends[0] < ends[1] && range.overlaps(ends[0]..<ends[1])
      } else if isInside, name == "AnonHugePages:" || name == "ShmemPmdMapped:",
        words.count > 1, let size = Int(words[1])
      {
        total = (total ?? 0) + size << 10
      }
    }
    // The kernel may have joined the mapping with its neighbour.
    return total.map { min($0, range.count) }
  }
}
