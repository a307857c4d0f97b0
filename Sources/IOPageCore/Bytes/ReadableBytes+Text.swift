// Bytes for people to look at.

extension ReadableBytes where Self: ~Copyable {
  /// The bytes as pairs of hexadecimal digits, without spaces.
  ///
  /// - Complexity: O(bytes).
  public var hexString: String {
    let bytes = bytes
    var text: [UInt8] = []
    text.reserveCapacity(bytes.byteCount * 2)
    for offset in 0..<bytes.byteCount {
      HexDigits.append(bytes[offset], to: &text)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes in lines of 16: offset, hexadecimal digits, and characters where they are ASCII.
  ///
  /// ```
  /// 00000000  45 00 00 54 a6 f2 40 00  40 01 16 b1 7f 00 00 01  |E..T..@.@.......|
  /// ```
  ///
  /// - Complexity: O(bytes).
  public var hexDump: String {
    let bytes = bytes
    var text: [UInt8] = []
    text.reserveCapacity((bytes.byteCount + 15) / 16 * 79)
    var offset = 0
    while offset < bytes.byteCount {
      let end = min(offset + 16, bytes.byteCount)
      appendLine(bytes.extracting(offset..<end), at: offset, to: &text)
      offset = end
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// What the value is, how many bytes it has, and the first of them.
  ///
  /// - Complexity: O(1).
  var summary: String {
    let shown = 16
    let bytes = bytes
    let text = bytes.byteCount == 1 ? "1 byte" : "\(bytes.byteCount) bytes"
    if bytes.byteCount == 0 { return text }
    var digits: [UInt8] = []
    for offset in 0..<min(shown, bytes.byteCount) {
      digits.append(UInt8(ascii: " "))
      HexDigits.append(bytes[offset], to: &digits)
    }
    return text + ":" + String(decoding: digits, as: UTF8.self)
      + (bytes.byteCount > shown ? " …" : "")
  }
}

extension PageBuffer {
  /// The number of bytes and the first of them.
  public var description: String { "PageBuffer(\(summary))" }
}

extension SharedPageBuffer: CustomStringConvertible {
  /// The number of bytes and the first of them.
  public var description: String { "SharedPageBuffer(\(summary))" }
}

/// Appends one line of a hex dump, of at most 16 bytes.
private func appendLine(_ line: RawSpan, at offset: Int, to text: inout [UInt8]) {
  let space = UInt8(ascii: " ")
  var digits = offset > UInt32.max ? 16 : 8
  while digits > 0 {
    digits -= 1
    text.append(HexDigits.digit(UInt8((offset >> (4 * digits)) & 15)))
  }
  for index in 0..<16 {
    text.append(space)
    if index % 8 == 0 { text.append(space) }
    if index < line.byteCount {
      HexDigits.append(line[index], to: &text)
    } else {
      text.append(space)
      text.append(space)
    }
  }
  text.append(space)
  text.append(space)
  text.append(UInt8(ascii: "|"))
  for index in 0..<line.byteCount {
    let byte = line[index]
    text.append(byte >= 0x20 && byte < 0x7f ? byte : UInt8(ascii: "."))
  }
  text.append(UInt8(ascii: "|"))
  text.append(UInt8(ascii: "\n"))
}
