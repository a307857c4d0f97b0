// What both buffers can do and pages cannot: become shorter by any number of bytes. Lists of buffers
// need no more of their elements.

/// Bytes that can be cut: ``PageBuffer`` and ``SharedPageBuffer``.
public protocol NarrowableBytes: ReadableBytes, ~Copyable {
  /// The number of bytes, `bytes.byteCount`. O(1).
  var count: Int { get }

  /// Cuts the first `length` bytes off and returns them. O(1).
  ///
  /// - Precondition: `length` is in `0...count`.
  mutating func takeFirst(_ length: Int) -> Self

  /// Cuts the last `length` bytes off and returns them. O(1).
  ///
  /// - Precondition: `length` is in `0...count`.
  mutating func takeLast(_ length: Int) -> Self

  /// Gives up the first `length` bytes. O(1).
  ///
  /// - Precondition: `length` is in `0...count`.
  mutating func removeFirst(_ length: Int)

  /// Gives up the last `length` bytes. O(1).
  ///
  /// - Precondition: `length` is in `0...count`.
  mutating func removeLast(_ length: Int)
}

extension PageBuffer: NarrowableBytes {}
extension SharedPageBuffer: NarrowableBytes {}
