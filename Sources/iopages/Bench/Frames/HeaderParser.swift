// Headers as a driver's code reads them from a buffer: integers in network byte order at offsets that
// the frame itself gives. Every load is checked by the buffer; the C loop that this is measured
// beside (CBenchSupport/frames.c) makes the same decisions and checks only what it has to.

import IOPages

/// What the headers of a UDP datagram over IPv4 over Ethernet say.
struct DatagramHeaders: Equatable {
  var source: UInt32
  var destination: UInt32
  var sourcePort: UInt16
  var destinationPort: UInt16
  /// Where the payload lies in the frame.
  var payload: Range<Int>
}

/// Parses headers.
enum HeaderParser {
  private static let ethernetHeader = 14
  private static let ipv4Header = 20
  private static let udpHeader = 8

  /// The headers of a frame; nil if it is no UDP datagram over IPv4, not all of one, or its lengths
  /// contradict each other.
  ///
  /// - Parameter verifies: whether the checksum of the IPv4 header has to be right, too.
  @inline(__always)
  static func headers(
    of frame: borrowing some ReadableBytes & ~Copyable, verifies: Bool
  ) -> DatagramHeaders? {
    let count = frame.bytes.byteCount
    guard count >= ethernetHeader + ipv4Header,
      frame.load(fromByteOffset: 12, as: UInt16.self, .bigEndian) == 0x0800
    else { return nil }
    let versionAndLength = frame.load(fromByteOffset: 14, as: UInt8.self)
    let header = Int(versionAndLength & 0xf) * 4
    guard versionAndLength >> 4 == 4, header >= ipv4Header else { return nil }
    let total = Int(frame.load(fromByteOffset: 16, as: UInt16.self, .bigEndian))
    guard total >= header + udpHeader, total <= count - ethernetHeader,
      // Neither a fragment nor one with more to follow, and the protocol is UDP.
      frame.load(fromByteOffset: 20, as: UInt16.self, .bigEndian) & 0x3fff == 0,
      frame.load(fromByteOffset: 23, as: UInt8.self) == 17
    else { return nil }
    if verifies && !isIntact(frame, headerByteCount: header) { return nil }
    let udp = ethernetHeader + header
    let length = Int(frame.load(fromByteOffset: udp + 4, as: UInt16.self, .bigEndian))
    guard length >= udpHeader, length <= total - header else { return nil }
    return DatagramHeaders(
      source: frame.load(fromByteOffset: 26, as: UInt32.self, .bigEndian),
      destination: frame.load(fromByteOffset: 30, as: UInt32.self, .bigEndian),
      sourcePort: frame.load(fromByteOffset: udp, as: UInt16.self, .bigEndian),
      destinationPort: frame.load(fromByteOffset: udp + 2, as: UInt16.self, .bigEndian),
      payload: udp + udpHeader..<udp + length)
  }

  /// Whether the ones' complement sum of an IPv4 header, its checksum included, is right. That does
  /// not depend on the order of bytes, and words of 32 bits give the same sum as those of 16.
  @inline(__always)
  private static func isIntact(
    _ frame: borrowing some ReadableBytes & ~Copyable, headerByteCount: Int
  ) -> Bool {
    var sum: UInt64 = 0
    // What every header has, and then the options, which few have.
    for word in 0..<ipv4Header / 4 {
      sum &+= UInt64(frame.load(fromByteOffset: ethernetHeader + word * 4, as: UInt32.self))
    }
    var offset = ethernetHeader + ipv4Header
    while offset < ethernetHeader + headerByteCount {
      sum &+= UInt64(frame.load(fromByteOffset: offset, as: UInt32.self))
      offset += 4
    }
    sum = (sum & 0xffff_ffff) + (sum >> 32)
    sum = (sum & 0xffff) + (sum >> 16)
    sum = (sum & 0xffff) + (sum >> 16)
    return (sum & 0xffff) + (sum >> 16) == 0xffff
  }
}
