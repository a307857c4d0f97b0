/// The bytes of a pcap with these frames.
func makeCapture(
  _ frames: [[UInt8]], isBigEndian: Bool = false, magic: UInt32 = 0xa1b2_c3d4, link: UInt32 = 1
) -> [UInt8] {
  func bytes(_ word: UInt32) -> [UInt8] {
    let ascending = (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
    return isBigEndian ? ascending.reversed() : ascending
  }
  var capture = [magic, isBigEndian ? 0x0002_0004 : 0x0004_0002, 0, 0, 262_144, link]
    .flatMap(bytes)
  for frame in frames {
    // The frame was longer than what was kept of it.
    capture += [7, 8, UInt32(frame.count), UInt32(frame.count + 100)].flatMap(bytes) + frame
  }
  return capture
}
