// Reading and writing through the standard library's spans without `unsafe`: what `bytes(in:)`,
// `mutableBytes` and the chunks of a value give. Swift 6.3 has only unsafe loads there; the labels are
// those of SE-0525, whose methods take the place of these in Swift 6.4.

#if compiler(<6.4)
  extension RawSpan {
    /// One byte.
    ///
    /// - Precondition: `offset` is one of the bytes.
    /// - Complexity: O(1).
    @inlinable
    public subscript(offset: Int) -> UInt8 {
      load(fromByteOffset: offset, as: UInt8.self)
    }

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
    public func load<Value: FixedWidthInteger & BitwiseCopyable>(
      fromByteOffset offset: Int, as type: Value.Type, _ byteOrder: IOPage.ByteOrder = .native
    ) -> Value {
      // Checked by the span; a fixed-width integer has a value for any bits.
      let stored = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self)
      return byteOrder == .littleEndian
        ? Value(littleEndian: stored) : Value(bigEndian: stored)
    }
  }

  extension MutableRawSpan {
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
    @_lifetime(self: copy self)
    public mutating func storeBytes<Value: FixedWidthInteger & BitwiseCopyable>(
      of value: Value, toByteOffset offset: Int, as type: Value.Type,
      _ byteOrder: IOPage.ByteOrder
    ) {
      storeBytes(
        of: byteOrder == .littleEndian ? value.littleEndian : value.bigEndian,
        toByteOffset: offset, as: Value.self)
    }
  }
#endif
