import Testing

@testable import iopages

@Suite struct BufferWorkloadTests {
  @Test func doesEachOperationToBuffers() throws {
    #expect(
      try figures(of: .buffers) == [
        "pair page-buffer", "pair-narrowed page-buffer", "pair-split page-buffer",
        "split-join-pages page-buffer", "split-join page-buffer",
        "freeze-thaw shared-page-buffer", "slice shared-page-buffer",
      ])
  }

  @Test func measuresNothingThatIsNotAskedFor() throws {
    #expect(try figures(of: .buffers, [.frames, .glibc]).isEmpty)
  }
}
