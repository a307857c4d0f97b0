// Asking the kernel on which node each page is: not what a region was granted, which is the library's
// own word.

import IOPages
import SystemPackage

extension MemoryRegion {
  /// The node of each of these pages; nil for a page that is not in memory.
  ///
  /// - Throws: ``ToolError`` where the kernel refuses to say.
  /// - Complexity: O(pages), about 0.2 µs each.
  func nodes(ofPages pages: Range<Int>) throws(ToolError) -> [NUMANode?] {
    // A number; nothing is read or written there.
    let base = Int(bitPattern: unsafe address)
    do throws(Errno) {
      return try SystemCalls.linux.nodes(pages.map { base + $0 * IOPage.pageSize })
        .map { $0 < 0 ? nil : NUMANode(Int($0)) }
    } catch {
      throw ToolError("the kernel does not say on which node a page is (move_pages: \(error))")
    }
  }
}
