import Testing

@testable import iopages

@Suite struct CapturedFramesTests {
  @Test func findsTheSameByEverySubject() throws {
    let capture = try CaptureFile.shipped()
    let frames = try CapturedFrames(capture)
    #expect(frames.count == capture.frames.count)
    for check in HeaderCheck.allCases {
      let expected = try #require(frames.totals(of: .c, check, times: 1))
      #expect(expected.datagrams > 200)
      #expect(expected.payloadBytes > 10_000)
      // Once, however often.
      for name in [SubjectName.pageBuffer, .sharedPageBuffer, .c] {
        #expect(frames.totals(of: name, check, times: 3) == expected, "\(name)")
      }
      #expect(frames.totals(of: .glibc, check, times: 1) == nil)
      frames.splitAndJoin(times: 2)
    }
  }
}
