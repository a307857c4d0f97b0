// What is written into a block while it is out, and looked for before it goes back: mimalloc's
// scheme, by which each word depends on where it is and on a number of the block's own, so that a
// word which somebody else wrote, or which was moved, is none of the block's.
//
// Three words of each page are written: its first, where allocators keep their links; its last, which
// a neighbour's overrun and a clearing that goes too far reach first; and one between the two that is
// another one each time. One block in sixteen is written whole. That keeps most of the time for the
// allocator, and still finds a write anywhere, after a few more blocks.

/// The number of a block's own that its words are made of.
struct BlockCookie: Equatable, Sendable {
  let value: UInt64

  init(_ value: UInt64) { self.value = value }

  private static var pageShift: UInt { 12 }
  private static var pageMask: UInt { 4095 }

  /// Whether each word of the block is written.
  var isWhole: Bool { value & 15 == 0 }

  /// The word that belongs at an address, a multiple of 8.
  func word(at address: UInt) -> UInt64 {
    (value | 1) &* 0xD134_2543_DE82_EF95 ^ UInt64(address >> 3) &* 0x9E37_79B9_7F4A_7C15
  }

  /// The offset of the word in the middle of a page, a multiple of 8.
  private func middle(ofPageAt page: UInt) -> UInt {
    let mixed = (value ^ UInt64(page >> BlockCookie.pageShift)) &* 0xBF58_476D_1CE4_E5B9
    return UInt(truncatingIfNeeded: mixed >> 55) << 3
  }

  /// Writes the block's words that lie in these bytes.
  @unsafe
  func write(to bytes: UnsafeMutableRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    let base = UInt(bitPattern: start)
    for address in addresses(in: base..<base + UInt(bytes.count)) {
      // The addresses are those of words in the bytes.
      unsafe start.storeBytes(
        of: word(at: address), toByteOffset: Int(address - base), as: UInt64.self)
    }
  }

  /// Looks for the block's words in these bytes.
  @unsafe
  func check(_ bytes: UnsafeRawBufferPointer) throws(StressFault) {
    guard let start = bytes.baseAddress else { return }
    let base = UInt(bitPattern: start)
    for address in addresses(in: base..<base + UInt(bytes.count)) {
      // The addresses are those of words in the bytes.
      let found = unsafe start.loadUnaligned(
        fromByteOffset: Int(address - base), as: UInt64.self)
      guard found == word(at: address) else {
        throw StressFault(
          expected: "\(word(at: address).hex) at byte \(address - base)", found: found.hex)
      }
    }
  }

  /// The addresses of the words that are written, within a range of addresses.
  func addresses(in range: Range<UInt>) -> some Sequence<UInt> {
    WordAddresses(cookie: self, range: range)
  }

  private struct WordAddresses: Sequence, IteratorProtocol {
    let cookie: BlockCookie
    let range: Range<UInt>
    private var position: UInt
    private var step = 0

    init(cookie: BlockCookie, range: Range<UInt>) {
      self.cookie = cookie
      self.range = range
      position = cookie.isWhole ? (range.lowerBound + 7) & ~7 : range.lowerBound & ~pageMask
    }

    mutating func next() -> UInt? {
      if cookie.isWhole {
        guard position + 8 <= range.upperBound else { return nil }
        defer { position += 8 }
        return position
      }
      while position < range.upperBound {
        let address: UInt
        switch step {
        case 0: address = position
        case 1: address = position + cookie.middle(ofPageAt: position)
        default: address = position + pageMask - 7
        }
        step += 1
        if step == 3 {
          step = 0
          position += pageMask + 1
        }
        if address >= range.lowerBound, address + 8 <= range.upperBound { return address }
      }
      return nil
    }
  }

  /// Looks at each byte, which must be zero.
  @unsafe
  static func checkIsZero(_ bytes: UnsafeRawBufferPointer) throws(StressFault) {
    // Pages are whole words.
    let words = unsafe bytes.bindMemory(to: UInt64.self)
    var any: UInt64 = 0
    for index in 0..<words.count { unsafe any |= words[index] }
    guard any != 0 else { return }
    for index in 0..<words.count where unsafe words[index] != 0 {
      throw StressFault(
        expected: "zero at byte \(index * 8)", found: unsafe words[index].hex)
    }
  }
}

extension UInt64 {
  /// The number as a word in memory is read.
  fileprivate var hex: String { "0x" + String(self, radix: 16) }
}
