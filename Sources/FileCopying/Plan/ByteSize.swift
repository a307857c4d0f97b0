// Sizes as people write them: 4096, 64K, 256KiB, 2M, 1G. The letters are powers of 1024, as in dd
// and in the kernel's own files; a letter may be followed by "iB" and nothing else.

/// A number of bytes with a written form.
package struct ByteSize: Hashable, Sendable {
  /// The bytes; negative if a negative size was written, for the caller to refuse in its own words.
  package let byteCount: Int

  package init(byteCount: Int) {
    self.byteCount = byteCount
  }

  /// Why a text is not a size.
  package enum ParsingError: Error, Equatable, CustomStringConvertible {
    /// The text is not digits and a unit.
    case malformed(String)
    /// The size has more than 63 bits.
    case tooLarge(String)

    package var description: String {
      switch self {
      case .malformed(let text):
        "'\(text)' is not a size: write bytes as 4096, or with a unit as 64K, 256KiB, 2M or 1G"
      case .tooLarge(let text):
        "'\(text)' is more bytes than an address has bits for"
      }
    }
  }

  private static let unitLetters: [Character] = ["K", "M", "G", "T", "P", "E"]

  /// Reads a size such as `4096`, `64K`, `256KiB`, `2M` or `1G`; lower-case letters count as well.
  package init(parsing text: String) throws(ParsingError) {
    let signless = text.hasPrefix("-") ? text.dropFirst() : text[...]
    let digits = signless.prefix { $0.isASCII && $0.isNumber }
    var unit = signless[digits.endIndex...].uppercased()[...]
    guard !digits.isEmpty else { throw .malformed(text) }

    var shift = 0
    if let letter = unit.popFirst() {
      guard let power = Self.unitLetters.firstIndex(of: letter), unit.isEmpty || unit == "IB" else {
        throw .malformed(text)
      }
      shift = 10 * (power + 1)
    }
    guard let number = Int(digits), number <= Int.max >> shift else { throw .tooLarge(text) }
    byteCount = text.hasPrefix("-") ? -(number << shift) : number << shift
  }
}

extension ByteSize: CustomStringConvertible {
  /// The shortest exact form: `64 MiB`, `4 KiB`, `4097 bytes`.
  package var description: String {
    for (power, letter) in Self.unitLetters.enumerated().reversed() {
      let unit = 1 << (10 * (power + 1))
      if byteCount != 0, byteCount.isMultiple(of: unit) { return "\(byteCount / unit) \(letter)iB" }
    }
    return byteCount == 1 ? "1 byte" : "\(byteCount) bytes"
  }

  /// A form of at most about nine characters, rounded to one decimal: `1.5 GiB`, `812.3 MiB`.
  package var rounded: String {
    for (power, letter) in Self.unitLetters.enumerated().reversed() {
      let unit = 1 << (10 * (power + 1))
      guard byteCount >= unit else { continue }
      // In tenths, without floating point: rest is less than one unit, so the product fits as soon
      // as it is divided down first.
      let (whole, rest) = byteCount.quotientAndRemainder(dividingBy: unit)
      return "\(whole).\(rest / (unit / 1024) * 10 / 1024) \(letter)iB"
    }
    return "\(byteCount) B"
  }
}
