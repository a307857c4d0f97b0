// Buffers from hexadecimal text, as it stands in specifications, tests and dumps: Mirage's `of_hex`.

public import PagePools

/// Why no buffer could be made of hexadecimal text.
public enum HexTextError: Error, Equatable, Sendable {
  /// The byte of the text's UTF-8 at `utf8Offset` is neither a hexadecimal digit nor white space.
  case notHexDigit(utf8Offset: Int)
  /// The last digit has no second one.
  case oddDigitCount
  /// There are no pages for the bytes.
  case outOfMemory(OutOfMemory)
}

extension HexTextError: CustomStringConvertible {
  /// What is wrong, and what to change.
  public var description: String {
    switch self {
    case .notHexDigit(let offset):
      "no hexadecimal digit at byte \(offset). Give pairs of 0-9, a-f, A-F and white space."
    case .oddDigitCount: "an odd number of hexadecimal digits. Give two for each byte."
    case .outOfMemory(let error): error.description
    }
  }
}

extension PageBuffer {
  /// A buffer of fresh pages with the bytes that pairs of hexadecimal digits stand for.
  ///
  /// - Parameters:
  ///   - text: digits of either case; spaces, tabs and line ends between any of them are skipped.
  ///   - source: a pool, or a client's view of one.
  ///   - reclaim: whether reclaimers may be asked before the request fails.
  ///   - tag: what they are for; it costs nothing unless the pool records tags.
  /// - Throws: ``HexTextError``; the text is checked before pages are asked for.
  /// - Complexity: O(text), and the allocation of the pages. Any thread.
  public init(
    hex text: String, from source: some PageSource, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(HexTextError) {
    let bytes = try PageBuffer.bytes(ofHex: text)
    do throws(OutOfMemory) {
      try self.init(copying: bytes.span, from: source, reclaim: reclaim, tag: tag)
    } catch {
      throw .outOfMemory(error)
    }
  }

  private static func bytes(ofHex text: String) throws(HexTextError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 2)
    var upperHalf: UInt8?
    var offset = 0
    for character in text.utf8 {
      if let value = HexDigits.value(of: character) {
        if let upper = upperHalf {
          bytes.append(upper << 4 | value)
          upperHalf = nil
        } else {
          upperHalf = value
        }
      } else if !isWhiteSpace(character) {
        throw .notHexDigit(utf8Offset: offset)
      }
      offset += 1
    }
    if upperHalf != nil { throw .oddDigitCount }
    return bytes
  }

  private static func isWhiteSpace(_ character: UInt8) -> Bool {
    character == UInt8(ascii: " ") || (character >= 0x09 && character <= 0x0d)
  }
}

extension SharedPageBuffer {
  /// A shared buffer of fresh pages with the bytes that pairs of hexadecimal digits stand for: see
  /// ``PageBuffer/init(hex:from:reclaim:tag:)``.
  ///
  /// - Throws: ``HexTextError``; the text is checked before pages are asked for.
  /// - Complexity: O(text), and the allocation of the pages. Any thread.
  public init(
    hex text: String, from source: some PageSource, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(HexTextError) {
    self = try PageBuffer(hex: text, from: source, reclaim: reclaim, tag: tag).freeze()
  }
}
