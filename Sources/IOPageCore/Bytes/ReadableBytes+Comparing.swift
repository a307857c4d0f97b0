// Bytes compared by what they are, not by where they lie. Values that are not copied cannot conform
// to Equatable, Comparable and Hashable in Swift 6.3; they have the same operators and methods.

internal import CPageMemory

extension ReadableBytes where Self: ~Copyable {
  /// Whether the bytes are the same as those of `other`: as many, and each the same.
  ///
  /// - Complexity: O(bytes).
  public borrowing func isEqual(to other: RawSpan) -> Bool {
    bytes.byteCount == other.byteCount && compareCommonBytes(bytes, other) == 0
  }

  /// Whether the bytes are the same as those of `other`: as many, and each the same.
  ///
  /// - Complexity: O(bytes).
  public borrowing func isEqual(to other: Span<UInt8>) -> Bool {
    // Bytes have no representation but themselves.
    unsafe isEqual(to: other.bytes)
  }

  /// Whether the bytes are the same as those of a page or buffer of any kind.
  ///
  /// - Complexity: O(bytes).
  public borrowing func isEqual(to other: borrowing some ReadableBytes & ~Copyable) -> Bool {
    isEqual(to: other.bytes)
  }

  /// Whether the bytes come before those of `other`: at the first difference theirs is the smaller
  /// one, or they are its beginning.
  ///
  /// - Complexity: O(bytes).
  public borrowing func lexicographicallyPrecedes(_ other: RawSpan) -> Bool {
    let difference = compareCommonBytes(bytes, other)
    return difference != 0 ? difference < 0 : bytes.byteCount < other.byteCount
  }

  /// Whether both have the same bytes. O(bytes).
  public static func == (left: borrowing Self, right: borrowing Self) -> Bool {
    left.isEqual(to: right.bytes)
  }

  /// Whether the bytes of the first come before those of the second, as
  /// ``lexicographicallyPrecedes(_:)`` orders them. O(bytes).
  public static func < (left: borrowing Self, right: borrowing Self) -> Bool {
    left.lexicographicallyPrecedes(right.bytes)
  }

  /// Feeds the bytes and their number to a hasher: equal bytes, equal hashes. O(bytes).
  public borrowing func hash(into hasher: inout Hasher) {
    hasher.combine(bytes.byteCount)
    unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
  }
}

extension WritableBytes where Self: ~Copyable {
  /// Whether they differ in length or in any byte. O(bytes).
  // Shared buffers have it from Equatable.
  public static func != (left: borrowing Self, right: borrowing Self) -> Bool {
    !(left == right)
  }
}

/// Compares as many bytes as both have: negative if the first difference has the smaller byte on the
/// left, positive if on the right, 0 if there is none.
private func compareCommonBytes(_ left: RawSpan, _ right: RawSpan) -> Int32 {
  let count = min(left.byteCount, right.byteCount)
  return unsafe left.withUnsafeBytes { left in
    unsafe right.withUnsafeBytes { right in
      guard count > 0, let left = left.baseAddress, let right = right.baseAddress else { return 0 }
      // Both have so many bytes.
      return unsafe page_memory_compare(left, right, count)
    }
  }
}
