import MemoryRegions
import SystemPackage

/// The VmFlags that /proc/self/smaps shows for the mapping that an address lies in; nil if there is none.
/// Neighbours that are alike are one mapping, which may begin before a region does.
func flagsOfMapping(at address: Int) throws -> Set<String>? {
  var isInside = false
  for line in try SystemCalls.linux.readFile("/proc/self/smaps").split(separator: "\n") {
    let words = line.split(separator: " ")
    if let first = words.first, first.last != ":" {
      let ends = first.split(separator: "-").compactMap { Int($0, radix: 16) }
      isInside = ends.count == 2 && ends[0] <= address && address < ends[1]
    } else if isInside, words.first == "VmFlags:" {
      return Set(words.dropFirst().map(String.init))
    }
  }
  return nil
}
