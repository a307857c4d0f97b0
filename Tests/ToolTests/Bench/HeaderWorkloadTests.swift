import Testing

@testable import iopages

@Suite struct HeaderWorkloadTests {
  @Test func parsesHeadersBesideC() throws {
    let found = try figures(of: .headers)
    let subjects = ["page-buffer", "shared-page-buffer", "c"]
    #expect(
      found == subjects.map { "parse \($0)" } + subjects.map { "parse-verified \($0)" }
        + ["parse-split-join page-buffer"])
  }

  @Test func parsesAnotherCapture() throws {
    // One frame, which is no datagram.
    let capture = try CaptureFile(makeCapture([Array(repeating: 0, count: 60)]))
    #expect(try figures(of: .headers, [.c], capture: capture) == ["parse c", "parse-verified c"])
  }

  @Test func measuresNothingThatIsNotAskedFor() throws {
    #expect(try figures(of: .headers, [.frames, .glibc]).isEmpty)
  }
}
