// Who pages were taken for, in 64 bits: small enough to stand beside each page, also in memory that
// another process reads, and readable without a table of names.

/// What pages are for, and where in the program they were taken: the word under which they stand in a
/// ``LeakReport``.
///
/// A tag is a literal of up to eight ASCII characters: `pool.allocate(order: 0, tag: "rx-ring")`. To
/// record the place in the program as well, write `tag: .here("rx-ring")`.
///
/// Pools that record no tags ignore them, at no cost.
public struct AllocationTag: Sendable {
  /// The characters, the first one lowest; 0 for no tag.
  public let value: UInt64
  /// The file of the call, as `#fileID` names it; empty if it was not recorded.
  public let file: StaticString
  /// The line of the call; 0 if it was not recorded.
  public let line: UInt32

  @inlinable
  init(value: UInt64, file: StaticString, line: UInt32) {
    self.value = value
    self.file = file
    self.line = line
  }

  /// A tag of a number: of a queue, a device, a client. A pool that records tags remembers each that it
  /// has seen, up to 16 million of them, so that a number for each request is too much.
  @inlinable
  public init(value: UInt64) { self.init(value: value, file: "", line: 0) }

  /// Nobody's.
  @inlinable
  public static var none: AllocationTag { AllocationTag(value: 0) }

  /// The place of this call, with or without a name.
  @inlinable
  public static func here(
    _ name: AllocationTag = .none, file: StaticString = #fileID, line: UInt32 = #line
  ) -> AllocationTag {
    AllocationTag(value: name.value, file: file, line: line)
  }
}

extension AllocationTag: ExpressibleByStringLiteral {
  /// A tag of up to eight ASCII characters.
  ///
  /// - Precondition: `name` has no more than eight, none of which is NUL.
  public init(stringLiteral name: StaticString) {
    var value: UInt64 = 0
    name.withUTF8Buffer { characters in
      precondition(characters.count <= 8, "An allocation's tag has at most eight characters.")
      for index in characters.indices {
        // In bounds: an index of the literal.
        let character = unsafe characters[index]
        precondition(
          character > 0 && character < 128, "An allocation's tag consists of ASCII characters.")
        value |= UInt64(character) << UInt64(8 * index)
      }
    }
    self.init(value: value)
  }
}

extension AllocationTag: Hashable {
  /// Whether name and place are the same.
  public static func == (left: AllocationTag, right: AllocationTag) -> Bool {
    // One literal may stand at several addresses.
    left.value == right.value && left.line == right.line
      && left.file.utf8CodeUnitCount == right.file.utf8CodeUnitCount
      && left.compareFile(with: right)
  }

  private func compareFile(with other: AllocationTag) -> Bool {
    // Literals of one length, which live for ever.
    for index in 0..<file.utf8CodeUnitCount
    where unsafe file.utf8Start[index] != other.file.utf8Start[index] { return false }
    return true
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(value)
    hasher.combine(line)
  }
}

extension AllocationTag: CustomStringConvertible {
  /// The name, or the number where it is none; and the place: `rx-ring at Driver/Ring.swift:52`.
  public var description: String {
    let place = line == 0 ? "" : "\(file):\(line)"
    if value == 0 { return place.isEmpty ? "untagged" : place }
    return place.isEmpty ? name : name + " at " + place
  }

  private var name: String {
    var name = ""
    var rest = value
    while rest != 0 {
      let character = UInt8(truncatingIfNeeded: rest)
      guard character >= 0x20, character < 0x7f else { return "\(value)" }
      name.unicodeScalars.append(Unicode.Scalar(character))
      rest >>= 8
    }
    return name
  }
}
