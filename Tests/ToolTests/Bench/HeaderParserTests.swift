import CBenchSupport
import IOPages
import MemoryTestSupport
import Testing

@testable import iopages

/// A datagram from 192.0.2.1 port 0x1234 to 198.51.100.2 port 7 in a frame, with IPv4 options and
/// bytes behind it.
private func makeFrame(payload: Int = 5, optionWords: Int = 0, padding: Int = 0) -> [UInt8] {
  let header = 20 + optionWords * 4
  let total = header + 8 + payload
  var frame = [UInt8](repeating: 2, count: 12) + [0x08, 0x00]
  frame += [UInt8(0x45 + optionWords), 0, UInt8(total >> 8), UInt8(total & 0xff), 0, 1, 0x40, 0]
  frame += [64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2]
  frame += (0..<optionWords * 4).map { UInt8($0) }
  let length = 8 + payload
  frame += [0x12, 0x34, 0, 7, UInt8(length >> 8), UInt8(length & 0xff), 0, 0]
  frame += (0..<payload + padding).map { UInt8(truncatingIfNeeded: $0) }
  setChecksum(of: &frame, headerByteCount: header)
  return frame
}

/// Sums up 16-bit words, as RFC 791 says it.
private func setChecksum(of frame: inout [UInt8], headerByteCount: Int) {
  frame[24...25] = [0, 0]
  var sum: UInt32 = 0
  for offset in stride(from: 14, to: 14 + headerByteCount, by: 2) {
    sum += UInt32(frame[offset]) << 8 | UInt32(frame[offset + 1])
  }
  while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
  frame[24...25] = [UInt8(~sum >> 8 & 0xff), UInt8(~sum & 0xff)]
}

@Suite struct HeaderParserTests {
  private let pool: PagePool

  init() throws { pool = try PagePool.forMeasuring(byteCount: 64 << 20) }

  /// What the parser says, after it was seen to say the same as the one in C.
  private func headers(_ frame: [UInt8], verifies: Bool = true) throws -> DatagramHeaders? {
    var buffer = try PageBuffer(count: frame.count, from: pool, contents: .uninitialized)
    buffer.copyBytes(from: frame)
    let headers = HeaderParser.headers(of: buffer, verifies: verifies)
    var totals = FrameTotals()
    if let headers { totals.add(headers) }
    // The frame is there while the loop reads it.
    let inC = unsafe frame.withUnsafeBufferPointer { frame in
      var place = unsafe bench_frame(bytes: frame.baseAddress, byte_count: frame.count)
      return unsafe FrameTotals(
        verifies ? bench_parse_and_verify_frames(&place, 1) : bench_parse_frames(&place, 1))
    }
    #expect(totals == inC)
    return headers
  }

  @Test(arguments: [0, 1, 5, 1472], [0, 1, 10])
  func findsTheFieldsOfADatagram(payload: Int, optionWords: Int) throws {
    let frame = makeFrame(payload: payload, optionWords: optionWords, padding: 4)
    let start = 14 + 20 + optionWords * 4 + 8
    #expect(
      try headers(frame)
        == DatagramHeaders(
          source: 0xc000_0201, destination: 0xc633_6402, sourcePort: 0x1234, destinationPort: 7,
          payload: start..<start + payload))
  }

  @Test func refusesEveryBeginningOfADatagram() throws {
    let frame = makeFrame(optionWords: 2)
    for count in 1..<frame.count { #expect(try headers(Array(frame[..<count])) == nil, "\(count)") }
  }

  @Test(
    arguments: [
      (12, 0x86, "another type"), (13, 0x06, "another type"), (14, 0x65, "another version"),
      (14, 0x44, "a header that is too short"), (17, 27, "no room for a header of UDP"),
      (16, 0xff, "more than the frame has"), (20, 0x20, "more fragments"), (21, 1, "a fragment"),
      (23, 6, "another protocol"), (39, 7, "a length below that of its header"),
      (39, 14, "a length beyond the packet"),
    ] as [(Int, UInt8, String)])
  func refusesWhatIsSomethingElse(offset: Int, byte: UInt8, what: String) throws {
    var frame = makeFrame()
    frame[offset] = byte
    setChecksum(of: &frame, headerByteCount: 20)
    #expect(try headers(frame) == nil, "\(what)")
    #expect(try headers(frame, verifies: false) == nil, "\(what)")
  }

  @Test func looksAtTheChecksumIfItIsToldTo() throws {
    for offset in 14..<34 where ![14, 16, 17, 20, 21, 23].contains(offset) {
      var frame = makeFrame()
      frame[offset] ^= 0x10
      #expect(try headers(frame, verifies: true) == nil, "byte \(offset)")
      #expect(try headers(frame, verifies: false) != nil, "byte \(offset)")
    }
  }

  @Test func agreesWithCAboutDamagedFrames() throws {
    var generator = SplitMix64(seed: TestSeed.choose(for: "damaged frames"))
    let frames = try CaptureFile.shipped().frames
    for _ in 0..<2000 {
      var frame = generator.element(of: frames)
      for _ in 0..<generator.number(below: 4) {
        frame[generator.number(below: min(frame.count, 48))] = UInt8(generator.number(below: 256))
      }
      _ = try headers(frame, verifies: generator.once(in: 2))
      let count = generator.number(in: 1...frame.count)
      _ = try headers(Array(frame[..<count]), verifies: generator.once(in: 2))
    }
  }
}
