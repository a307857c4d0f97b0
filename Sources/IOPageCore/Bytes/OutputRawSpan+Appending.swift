// Building a fresh page or buffer through a span that can only be written: integers in either byte
// order, and bytes from elsewhere. The standard library has single bytes only, without `unsafe`.

extension OutputRawSpan {
  /// Appends an integer.
  ///
  /// - Parameters:
  ///   - value: the integer.
  ///   - byteOrder: the order of its bytes in memory.
  /// - Precondition: there is room for all of its bytes.
  /// - Complexity: O(1).
  @inlinable
  @_lifetime(self: copy self)
  public mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(
    _ value: Value, _ byteOrder: IOPage.ByteOrder
  ) {
    // The bytes of an integer are all initialised.
    unsafe append(
      byteOrder == .littleEndian ? value.littleEndian : value.bigEndian, as: Value.self)
  }

  /// Appends a copy of bytes.
  ///
  /// - Precondition: there is room for all of them; otherwise none is appended.
  /// - Complexity: O(bytes).
  @inlinable
  @_lifetime(self: copy self)
  public mutating func append(copying source: RawSpan) {
    precondition(source.byteCount <= freeCapacity, "There is no room for the bytes.")
    unsafe withUnsafeMutableBytes { bytes, initializedCount in
      unsafe source.withUnsafeBytes { source in
        // There is room behind those that are initialised, as was just checked.
        unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[initializedCount...])
          .copyMemory(from: source)
        initializedCount += source.count
      }
    }
  }
}
