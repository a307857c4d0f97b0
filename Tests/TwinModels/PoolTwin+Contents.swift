// What bytes hold: words that depend on where they are and when they were written, of which the twin
// keeps a copy.

import Glibc
import IOPageCore
import PagePools

extension PoolTwin {
  /// Writes new words to all of a run, and to the twin's copy.
  func fill(_ held: HeldPage) {
    guard held.page != nil else { return }
    let expected = unsafe held.map.expected(held.bytes)
    unsafe writeCookies(expected)
    // The page has exactly these bytes.
    unsafe held.page!.withUnsafeMutableBytes { bytes in
      unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(expected))
    }
  }

  /// Fills bytes with words that were never written before, and that differ from place to place.
  @unsafe
  func writeCookies(_ bytes: UnsafeMutableRawBufferPointer) {
    cookie &+= 0x9E37_79B9_7F4A_7C15
    var word = cookie
    var offset = 0
    while offset + 8 <= bytes.count {
      word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
      unsafe bytes.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
      offset += 8
    }
    while offset < bytes.count {
      unsafe bytes[offset] = UInt8(truncatingIfNeeded: word >> UInt64(offset & 7))
      offset += 1
    }
  }

  /// Compares the bytes of a run with the twin's.
  func check(_ held: HeldPage) throws(Difference) {
    guard held.page != nil else { return }
    let isRight = unsafe held.page!.withUnsafeBytes { bytes in
      unsafe isExpected(bytes, held.bytes, held.map)
    }
    try expect(isRight, "pages \(held.frames) of pool \(held.pool) do not hold what was written")
  }

  @unsafe
  func isExpected(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ map: FrameMap
  ) -> Bool {
    guard bytes.count == range.count else { return false }
    if range.isEmpty { return true }
    // As long as each other, and not empty.
    return unsafe memcmp(bytes.baseAddress!, map.expected(range).baseAddress!, range.count) == 0
  }

  /// Whether all bytes are zero.
  @unsafe
  func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count > 0 else { return true }
    // The first byte is zero, and each one is like the one behind it.
    return unsafe bytes[0] == 0
      && (bytes.count == 1
        || memcmp(bytes.baseAddress!, bytes.baseAddress! + 1, bytes.count - 1) == 0)
  }
}
