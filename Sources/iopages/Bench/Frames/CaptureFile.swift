// A capture of frames as tcpdump(1) writes it: the classic pcap format, in the byte order of the
// machine that recorded it. Such files come from anywhere, so each length is checked before it is
// followed, and a file that ends in the middle of a record is refused rather than measured in part.

import CBenchSupport

/// The Ethernet frames of a capture.
struct CaptureFile: Equatable {
  /// The frames in the order in which they were recorded, each from its Ethernet header on; at
  /// least one.
  let frames: [[UInt8]]

  private static let fileHeaderSize = 24
  private static let recordHeaderSize = 16
  /// With times in microseconds and in nanoseconds, which are not looked at.
  private static let magics: [UInt32] = [0xa1b2_c3d4, 0xa1b2_3c4d]
  /// The newer format, which begins with a block of this type.
  private static let nextGenerationMagic: UInt32 = 0x0a0d_0d0a
  private static let ethernet: UInt32 = 1
  /// The largest length that tcpdump ever writes; beyond it, what is read is no length.
  private static let largestFrame: UInt32 = 262_144

  /// The frames of a capture.
  ///
  /// - Throws: ``ToolError`` that says what is wrong, if it is no capture of Ethernet frames or not
  ///   all of one.
  /// - Complexity: O(bytes).
  init(_ bytes: [UInt8]) throws(ToolError) {
    guard bytes.count >= Self.fileHeaderSize else {
      throw ToolError("it is too short for a capture")
    }
    let magic = Self.word(bytes, 0, isBigEndian: false)
    guard magic != Self.nextGenerationMagic else {
      throw ToolError("it is a pcapng file; editcap -F pcap makes a classic one of it")
    }
    let isBigEndian = Self.magics.contains(magic.byteSwapped)
    guard isBigEndian || Self.magics.contains(magic) else {
      throw ToolError("it is no capture: it does not begin as a pcap file does")
    }
    // The upper half says how frames end.
    let link = Self.word(bytes, 20, isBigEndian: isBigEndian) & 0xffff
    guard link == Self.ethernet else {
      throw ToolError("its frames are not Ethernet's but of link type \(link)")
    }
    var frames: [[UInt8]] = []
    var position = Self.fileHeaderSize
    while position < bytes.count {
      let number = frames.count + 1
      guard bytes.count - position >= Self.recordHeaderSize else {
        throw ToolError("it ends in the middle of frame \(number)")
      }
      let length = Self.word(bytes, position + 8, isBigEndian: isBigEndian)
      guard length <= Self.largestFrame else {
        throw ToolError("frame \(number) is said to have \(length) bytes: the file is damaged")
      }
      position += Self.recordHeaderSize
      guard bytes.count - position >= Int(length) else {
        throw ToolError("it ends in the middle of frame \(number)")
      }
      frames.append(Array(bytes[position..<position + Int(length)]))
      position += Int(length)
    }
    guard !frames.isEmpty else { throw ToolError("there is no frame in it") }
    self.frames = frames
  }

  private static func word(_ bytes: [UInt8], _ offset: Int, isBigEndian: Bool) -> UInt32 {
    let descending = (0..<4).map { bytes[offset + (isBigEndian ? $0 : 3 - $0)] }
    return descending.reduce(0) { $0 << 8 | UInt32($1) }
  }
}

extension CaptureFile {
  /// The capture that is part of this program.
  static func shipped() throws(ToolError) -> CaptureFile {
    var count = 0
    // A constant of the program, as long as is written to the local variable.
    let bytes = unsafe Array(UnsafeBufferPointer(start: bench_capture(&count), count: count))
    return try CaptureFile(bytes)
  }

  /// Reads a capture.
  ///
  /// - Throws: ``ToolError`` if the file cannot be read or is no capture.
  init(path: String) throws(ToolError) {
    do {
      self = try CaptureFile(TextFile.bytes(path))
    } catch {
      throw ToolError("\(path): \(error)")
    }
  }
}
