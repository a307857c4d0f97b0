// What of a mapping is in memory, by the kernel's own account of its pages. The sums in /proc are
// those of whole mappings, and the kernel joins neighbours that are alike.

import Glibc
import Testing

@testable import MemoryRegions

extension SystemCalls {
  /// The number of pages in memory of a range of addresses, which begins and ends with a page.
  func residentPages(_ range: Range<Int>) throws -> Int {
    // The address of a mapping is never zero.
    let start = unsafe UnsafeMutableRawPointer(bitPattern: range.lowerBound).unsafelyUnwrapped
    var pages = [UInt8](repeating: 0, count: (range.count + 4095) / 4096)
    // The call writes a byte for each page, and touches none of them.
    let status = unsafe pages.withUnsafeMutableBufferPointer {
      unsafe mincore(start, range.count, $0.baseAddress)
    }
    try #require(status == 0)
    return pages.count { $0 & 1 == 1 }
  }
}
