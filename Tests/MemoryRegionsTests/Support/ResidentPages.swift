// What of a mapping is in memory, by the kernel's own account of its pages. The sums in /proc are
// those of whole mappings, and the kernel joins neighbours that are alike.

import Glibc
import Testing

@testable import MemoryRegions

extension SystemCalls {
  /// The number of pages in memory of a range of addresses, which begins and ends with a page.
  func residentPages(_ range: Range<Int>) throws -> Int {
    let step = 1 << 30
    var answers = [UInt8](repeating: 0, count: step / 4096)
    var total = 0
    for first in stride(from: range.lowerBound, to: range.upperBound, by: step) {
      let byteCount = min(step, range.upperBound - first)
      let count = (byteCount + 4095) / 4096
      // The call writes a byte for each page, and touches none of them. What is compared with
      // itself, moved by one, has the same byte everywhere: most of a terabyte does, which takes a
      // loop of Swift half a minute.
      let (status, areSame) = unsafe answers.withUnsafeMutableBufferPointer { answers in
        // The address of a mapping is never zero.
        let start = unsafe UnsafeMutableRawPointer(bitPattern: first).unsafelyUnwrapped
        let status = unsafe mincore(start, byteCount, answers.baseAddress)
        // There are `count` answers.
        let bytes = unsafe answers.baseAddress.unsafelyUnwrapped
        return unsafe (status, memcmp(bytes, bytes + 1, count - 1) == 0)
      }
      try #require(status == 0)
      total +=
        areSame ? Int(answers[0] & 1) * count : answers[..<count].count { $0 & 1 == 1 }
    }
    return total
  }
}
