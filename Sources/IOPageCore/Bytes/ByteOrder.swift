// The order of the bytes of an integer. The name and the cases are those of SE-0525; it stands in
// IOPage so that it is not mistaken for the standard library's, once there is one.

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

    /// From this machine's order to this one, or back: the bytes are exchanged if the two differ.
    @inlinable
    @inline(__always)
    package func convert<Value: FixedWidthInteger>(_ value: Value) -> Value {
      self == .littleEndian ? value.littleEndian : value.bigEndian
    }
  }
}
