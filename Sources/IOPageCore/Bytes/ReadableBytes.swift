// What pages and buffers have in common: bytes next to each other in memory that a value keeps
// there. Everything that only reads is written once, here and in the files beside this one; what takes
// a few instructions is inlined into its caller. Bounds are those of the value, not of the pages
// behind it.

/// Bytes that can be read: ``IOPage``, ``PageBuffer`` and ``SharedPageBuffer``.
public protocol ReadableBytes: ~Copyable {
  /// The bytes, to read. O(1).
  var bytes: RawSpan { @_lifetime(borrow self) get }
}

extension ReadableBytes where Self: ~Copyable {
  /// One byte.
  ///
  /// - Precondition: `offset` is one of the bytes.
  /// - Complexity: O(1).
  @inlinable
  public subscript(offset: Int) -> UInt8 {
    let bytes = bytes
    precondition(offset >= 0 && offset < bytes.byteCount, "The byte lies outside of the bytes.")
    // In bounds, as was just checked.
    return unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }

  /// Some of the bytes, to read: a view that cannot outlive the value.
  ///
  /// - Parameter range: offsets from the first byte.
  /// - Precondition: the range lies in the bytes.
  /// - Complexity: O(1).
  @inlinable
  @_lifetime(borrow self)
  public borrowing func bytes(in range: Range<Int>) -> RawSpan { bytes.extracting(range) }

  /// Calls `body` with the address of the bytes, for C. It may be used until `body` returns.
  ///
  /// - Complexity: O(1), and what `body` takes.
  @inlinable
  public borrowing func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // The span is borrowed for as long as the body runs.
    try unsafe bytes.withUnsafeBytes(body)
  }

  /// Whether the first byte lies at a multiple of `alignment`, as disks and devices want it.
  ///
  /// - Precondition: `alignment` is positive.
  /// - Complexity: O(1).
  public borrowing func isAligned(to alignment: Int) -> Bool {
    precondition(alignment > 0, "An alignment must be positive.")
    // Only the number of the address is looked at.
    return unsafe bytes.withUnsafeBytes { bytes in
      Int(bitPattern: bytes.baseAddress) % alignment == 0
    }
  }
}
