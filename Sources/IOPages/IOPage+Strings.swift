// Copies out of a page into the standard library's types: Mirage's `to_string`.

public import IOPageCore

extension Array where Element == UInt8 {
  /// The bytes of a page, copied.
  ///
  /// - Complexity: O(bytes).
  public init(copying page: borrowing IOPage) {
    // The span is borrowed for the time of the copy.
    self = unsafe page.bytes.withUnsafeBytes { unsafe Array($0) }
  }
}

extension String {
  /// The text of a page: its bytes read as UTF-8, with what is not valid replaced by U+FFFD.
  ///
  /// Mirage's `to_string` copies bytes into a string that may hold any; in Swift that is
  /// `[UInt8](copying:)`. Zero bytes are text here as well, and are kept.
  ///
  /// - Complexity: O(bytes).
  public init(decoding page: borrowing IOPage) {
    // The span is borrowed for the time of the copy.
    self = unsafe page.bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// The text of a page, if all of its bytes are valid UTF-8; nil otherwise.
  ///
  /// - Complexity: O(bytes).
  public init?(validating page: borrowing IOPage) {
    // The span is borrowed for the time of the copy.
    guard
      let text = unsafe page.bytes.withUnsafeBytes({ unsafe String(validating: $0, as: UTF8.self) })
    else { return nil }
    self = text
  }
}
