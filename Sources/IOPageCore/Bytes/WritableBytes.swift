// What pages and unique buffers have in common: bytes that one value owns alone, and that may be
// written through it.

/// Bytes that can be read and written: ``IOPage`` and ``PageBuffer``.
public protocol WritableBytes: ReadableBytes, ~Copyable {
  /// The address of the first byte. It may be used while the value owns the bytes, no longer.
  @unsafe var baseAddress: UnsafeMutableRawPointer { get }
}

extension WritableBytes where Self: ~Copyable {
  /// The bytes, to read and write.
  ///
  /// - Complexity: O(1).
  @inlinable
  public var mutableBytes: MutableRawSpan {
    @_lifetime(&self)
    mutating get {
      // The bytes are mapped and owned by `self`, which the span borrows exclusively.
      let span = unsafe MutableRawSpan(_unsafeStart: baseAddress, byteCount: bytes.byteCount)
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }

  /// Some of the bytes, to read and write: a view that cannot outlive the value.
  ///
  /// - Parameter range: offsets from the first byte.
  /// - Precondition: the range lies in the bytes.
  /// - Complexity: O(1).
  @inlinable
  @_lifetime(&self)
  public mutating func mutableBytes(in range: Range<Int>) -> MutableRawSpan {
    checkRange(offset: range.lowerBound, count: range.count)
    // In bounds, as was just checked, and borrowed exclusively.
    let span = unsafe MutableRawSpan(
      _unsafeStart: baseAddress + range.lowerBound, byteCount: range.count)
    return unsafe _overrideLifetime(span, mutating: &self)
  }

  /// One byte.
  ///
  /// - Precondition: `offset` is one of the bytes.
  /// - Complexity: O(1).
  @inlinable
  public subscript(offset: Int) -> UInt8 {
    get {
      checkRange(offset: offset, count: 1)
      // In bounds, as was just checked.
      return unsafe baseAddress.load(fromByteOffset: offset, as: UInt8.self)
    }
    set {
      checkRange(offset: offset, count: 1)
      // In bounds, as was just checked.
      unsafe baseAddress.storeBytes(of: newValue, toByteOffset: offset, as: UInt8.self)
    }
  }

  /// Calls `body` with the address of the bytes, for C. It may be used until `body` returns.
  ///
  /// - Complexity: O(1), and what `body` takes.
  @inlinable
  public mutating func withUnsafeMutableBytes<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // The bytes are owned by `self`, which nobody else uses for as long as the body runs.
    try unsafe body(UnsafeMutableRawBufferPointer(start: baseAddress, count: bytes.byteCount))
  }
}

extension ReadableBytes where Self: ~Copyable {
  /// Traps unless `count` bytes from `offset` are among the bytes.
  @inlinable
  @inline(__always)
  borrowing func checkRange(offset: Int, count: Int) {
    // Neither number is negative, so that the difference is exact; it is negative if `count` is too
    // large, and then no offset is allowed. Written in this way, the compiler removes the check from
    // loops that count offsets up to the end, and needs two comparisons where it cannot.
    let last = bytes.byteCount &- count
    precondition(
      offset >= 0 && count >= 0 && offset <= last,
      "The bytes reach outside of the value.")
  }
}
