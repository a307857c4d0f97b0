import CBenchSupport

/// What the headers of some frames say, added up: each field has to be read, and two parsers that
/// agree find the same.
struct FrameTotals: Equatable {
  private(set) var datagrams: UInt64 = 0
  private(set) var payloadBytes: UInt64 = 0
  private(set) var fields: UInt64 = 0

  init() {}

  init(_ totals: bench_frame_totals) {
    datagrams = totals.datagrams
    payloadBytes = totals.payload_bytes
    fields = totals.fields
  }

  /// Adds what one frame's headers say, as the loop in C does.
  @inline(__always)
  mutating func add(_ headers: DatagramHeaders) {
    datagrams &+= 1
    payloadBytes &+= UInt64(headers.payload.count)
    let ports = UInt32(headers.sourcePort) << 16 | UInt32(headers.destinationPort)
    fields &+= UInt64(headers.source ^ headers.destination ^ ports)
  }
}
