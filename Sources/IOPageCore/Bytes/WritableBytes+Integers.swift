// Writing integers of a fixed width in either byte order, at any offset.

extension WritableBytes where Self: ~Copyable {
  /// Writes an integer at `offset`, which need not be aligned.
  ///
  /// - Parameters:
  ///   - value: the integer.
  ///   - offset: in bytes from the start.
  ///   - type: a fixed-width integer.
  ///   - byteOrder: the order of its bytes in memory.
  /// - Precondition: there is room for all of its bytes.
  /// - Complexity: O(1).
  @inlinable
  @inline(__always)
  public mutating func storeBytes<Value: FixedWidthInteger & BitwiseCopyable>(
    of value: Value, toByteOffset offset: Int, as type: Value.Type,
    _ byteOrder: IOPage.ByteOrder = .native
  ) {
    checkRange(offset: offset, count: MemoryLayout<Value>.size)
    // In bounds, as was just checked.
    unsafe baseAddress.storeBytes(
      of: byteOrder.convert(value), toByteOffset: offset, as: Value.self)
  }
}
