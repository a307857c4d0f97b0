import Testing
import iopages

@Suite struct TraceEventTests {
  @Test func anErrorNamesItsLineIfItHasOne() {
    #expect(TraceError(line: 12, "no event").description == "line 12: no event")
    #expect(TraceError(line: nil, "no event").description == "no event")
  }

  @Test func aFreeHasNoFrame() {
    #expect(TraceEvent(kind: .free, processor: 0, order: 0, block: 1).frame == 0)
  }
}
