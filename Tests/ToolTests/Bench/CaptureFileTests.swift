import Foundation
import Testing

@testable import iopages

@Suite struct CaptureFileTests {
  private let frames: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 9, count: 70_000), [4]]

  @Test(arguments: [false, true], [0xa1b2_c3d4, 0xa1b2_3c4d] as [UInt32])
  func readsFramesInEitherByteOrderAndResolution(isBigEndian: Bool, magic: UInt32) throws {
    let bytes = makeCapture(frames, isBigEndian: isBigEndian, magic: magic)
    #expect(try CaptureFile(bytes).frames == frames)
  }

  @Test func ignoresWhatTheLinkTypeSaysBesides() throws {
    #expect(try CaptureFile(makeCapture(frames, link: 0x2400_0001)).frames == frames)
  }

  @Test func refusesEveryBeginningOfACapture() throws {
    let whole = makeCapture([[1, 2, 3], [4, 5]])
    // The ends of the first frame and of the second.
    let complete = [24 + 16 + 3, whole.count]
    for count in 0..<whole.count where !complete.contains(count) {
      #expect(throws: ToolError.self, "\(count) bytes") { try CaptureFile(Array(whole[..<count])) }
    }
    #expect(try CaptureFile(Array(whole[..<complete[0]])).frames == [[1, 2, 3]])
  }

  private func refusal(of bytes: [UInt8]) -> String {
    do {
      return "\(try CaptureFile(bytes).frames.count) frames"
    } catch {
      return error.description
    }
  }

  @Test func saysWhatIsWrong() {
    let capture = makeCapture([[1, 2, 3]])
    #expect(refusal(of: Array(capture.dropLast())) == "it ends in the middle of frame 1")
    #expect(refusal(of: capture + [0]) == "it ends in the middle of frame 2")
    #expect(refusal(of: []) == "it is too short for a capture")
    #expect(refusal(of: makeCapture([])) == "there is no frame in it")
    #expect(
      refusal(of: makeCapture(frames, link: 113))
        == "its frames are not Ethernet's but of link type 113")
    #expect(refusal(of: makeCapture(frames, magic: 0x0a0d_0d0a)).contains("pcapng"))
    #expect(refusal(of: Array("#!/bin/sh\n".utf8) + capture).contains("no capture"))
  }

  @Test func believesNoLengthThatCannotBe() {
    var capture = makeCapture([[1, 2, 3]])
    for length: [UInt8] in [[0xff, 0xff, 0xff, 0xff], [0x01, 0x00, 0x04, 0x00]] {
      capture.replaceSubrange(32..<36, with: length)
      #expect(refusal(of: capture).hasPrefix("frame 1 is said to have "))
    }
  }

  @Test func hasTheFramesThatAreShipped() throws {
    let frames = try CaptureFile.shipped().frames
    #expect(frames.count > 200)
    #expect(frames.allSatisfy { $0.count >= 42 && $0.count <= 1514 })
    // What a parser has to tell apart.
    let types = Set(frames.map { $0[12...13].map { Int($0) } })
    #expect(types == [[0x08, 0x00], [0x08, 0x06], [0x86, 0xdd]], "IPv4, ARP and IPv6")
    let protocols = Set(frames.filter { $0[12] == 8 && $0[13] == 0 }.map { $0[23] })
    #expect(protocols == [1, 6, 17], "ICMP, TCP and UDP")
    #expect(frames.contains { $0[12...14] == [8, 0, 0x46] || $0[12...14] == [8, 0, 0x48] })
  }

  @Test func readsAFile() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("capture.pcap")
    try Data(makeCapture(frames)).write(to: URL(fileURLWithPath: path))
    #expect(try CaptureFile(path: path).frames == frames)
    let refusals = [
      (path: directory.file("none"), says: "No such file or directory"),
      (path: directory.path, says: "Is a directory"),
      (path: "/dev/null", says: "it is too short for a capture"),
    ]
    for refusal in refusals {
      let error = #expect(throws: ToolError.self) { try CaptureFile(path: refusal.path) }
      let text = try #require(error).description
      #expect(text.hasPrefix(refusal.path + ": ") && text.contains(refusal.says), "\(text)")
    }
  }
}
