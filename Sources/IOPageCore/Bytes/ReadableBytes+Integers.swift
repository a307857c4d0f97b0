// Integers of a fixed width in either byte order, at any offset. The labels are those of SE-0525,
// so that these methods can forward to the standard library when it has them.

extension ReadableBytes where Self: ~Copyable {
  /// The integer at `offset`, which need not be aligned.
  ///
  /// - Parameters:
  ///   - offset: in bytes from the start.
  ///   - type: a fixed-width integer.
  ///   - byteOrder: the order of its bytes in memory.
  /// - Precondition: all of its bytes are there.
  /// - Complexity: O(1).
  @inlinable
  @inline(__always)
  public borrowing func load<Value: FixedWidthInteger & BitwiseCopyable>(
    fromByteOffset offset: Int, as type: Value.Type, _ byteOrder: IOPage.ByteOrder = .native
  ) -> Value {
    // What is checked is what is read, however `bytes` comes about.
    let bytes = bytes
    precondition(
      offset >= 0 && offset <= bytes.byteCount &- MemoryLayout<Value>.size,
      "The bytes reach outside of the value.")
    // In bounds, as was just checked; a type that is bitwise copyable and of fixed width has a
    // value for any bits, as the standard library's have.
    let stored = unsafe bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: offset, as: Value.self)
    return byteOrder == .littleEndian
      ? Value(littleEndian: stored) : Value(bigEndian: stored)
  }
}
