// Copies out of pages and buffers into the standard library's types: Mirage's `to_string`.

public import IOPageCore

extension Array where Element == UInt8 {
  /// The bytes of a page or a buffer, copied.
  ///
  /// - Complexity: O(bytes).
  public init(copying source: borrowing some ReadableBytes & ~Copyable) {
    // The span is borrowed for the time of the copy.
    self = unsafe source.withUnsafeBytes { unsafe Array($0) }
  }
}

extension Array where Element == UInt8 {
  /// The bytes of a span, copied: `[UInt8](copying: buffer.bytes(in: 14..<34))`.
  ///
  /// - Complexity: O(bytes).
  public init(copying source: RawSpan) {
    // The span is borrowed for the time of the copy.
    self = unsafe source.withUnsafeBytes { unsafe Array($0) }
  }
}

extension String {
  /// The text of a span: its bytes read as UTF-8, with what is not valid replaced by U+FFFD.
  ///
  /// - Complexity: O(bytes).
  public init(decoding source: RawSpan) {
    // The span is borrowed for the time of the copy.
    self = unsafe source.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }
}

extension String {
  /// The text of a page or a buffer: its bytes read as UTF-8, with what is not valid replaced by
  /// U+FFFD.
  ///
  /// Mirage's `to_string` copies bytes into a string that may hold any; in Swift that is
  /// `[UInt8](copying:)`. Zero bytes are text here as well, and are kept.
  ///
  /// - Complexity: O(bytes).
  public init(decoding source: borrowing some ReadableBytes & ~Copyable) {
    // The span is borrowed for the time of the copy.
    self = unsafe source.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// The text of a page or a buffer, if all of its bytes are valid UTF-8; nil otherwise.
  ///
  /// - Complexity: O(bytes).
  public init?(validating source: borrowing some ReadableBytes & ~Copyable) {
    // The span is borrowed for the time of the copy.
    guard
      let text = unsafe source.withUnsafeBytes({ unsafe String(validating: $0, as: UTF8.self) })
    else { return nil }
    self = text
  }
}
