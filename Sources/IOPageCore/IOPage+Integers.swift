// Integers of a fixed width in either byte order, at any offset. The labels are those of SE-0525,
// so that these methods can forward to the standard library when it has them.

extension IOPage {
  /// The order of the bytes of an integer in memory.
  @frozen
  public enum ByteOrder: Equatable, Sendable {
    /// The least significant byte first.
    case littleEndian
    /// The most significant byte first: the order of network protocols.
    case bigEndian

    /// The order of this machine.
    @inlinable
    public static var native: ByteOrder {
      1.littleEndian == 1 ? .littleEndian : .bigEndian
    }
  }

  /// The integer at `offset`, which need not be aligned.
  ///
  /// - Parameters:
  ///   - offset: in bytes from the start.
  ///   - type: a fixed-width integer.
  ///   - byteOrder: the order of its bytes in memory.
  /// - Precondition: all of its bytes lie in the page.
  /// - Complexity: O(1).
  @inlinable
  public borrowing func load<Value: FixedWidthInteger & BitwiseCopyable>(
    fromByteOffset offset: Int, as type: Value.Type, _ byteOrder: ByteOrder = .native
  ) -> Value {
    checkRange(offset: offset, count: MemoryLayout<Value>.size)
    // In bounds, as was just checked; a type that is bitwise copyable and of fixed width has a
    // value for any bits, as the standard library's have.
    let stored = unsafe address.loadUnaligned(fromByteOffset: offset, as: Value.self)
    return byteOrder == .littleEndian
      ? Value(littleEndian: stored) : Value(bigEndian: stored)
  }

  /// Writes an integer at `offset`, which need not be aligned.
  ///
  /// - Parameters:
  ///   - value: the integer.
  ///   - offset: in bytes from the start.
  ///   - type: a fixed-width integer.
  ///   - byteOrder: the order of its bytes in memory.
  /// - Precondition: all of its bytes lie in the page.
  /// - Complexity: O(1).
  @inlinable
  public mutating func storeBytes<Value: FixedWidthInteger & BitwiseCopyable>(
    of value: Value, toByteOffset offset: Int, as type: Value.Type,
    _ byteOrder: ByteOrder = .native
  ) {
    checkRange(offset: offset, count: MemoryLayout<Value>.size)
    let stored = byteOrder == .littleEndian ? value.littleEndian : value.bigEndian
    // In bounds, as was just checked.
    unsafe address.storeBytes(of: stored, toByteOffset: offset, as: Value.self)
  }
}
