// Asking the kernel on which node each page is: not what a region was granted, which is the library's
// own word.

import IOPages
import MemoryRegions
import SystemPackage

extension MemoryRegion {
  /// The node of each of these pages; nil for a page that is not in memory.
  ///
  /// - Throws: ``ToolError`` where the kernel refuses to say.
  /// - Complexity: O(pages), about 20 ns each.
  func nodes(ofPages pages: Range<Int>, step: Int = 1) throws(ToolError) -> [NUMANode?] {
    // A number; nothing is read or written there.
    let base = Int(bitPattern: unsafe address)
    let addresses = stride(from: pages.lowerBound, to: pages.upperBound, by: step).map {
      base + $0 * IOPage.pageSize
    }
    do throws(Errno) {
      return try SystemCalls.linux.nodes(addresses).map { $0 < 0 ? nil : NUMANode(Int($0)) }
    } catch {
      throw ToolError("the kernel does not say on which node a page is (move_pages: \(error))")
    }
  }
}
