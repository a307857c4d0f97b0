import Testing
import iopages

@Suite struct TraceParserTests {
  private func events(in text: String) throws(TraceError) -> [TraceEvent] {
    try TraceParser.events(in: Array(text.utf8))
  }

  @Test func readsBothKindsOfLine() throws {
    let text = """
      a 1 3 17 2 1182588
      f 0 3 17
      a 65535 30 18446744073709551615 255 4503599627370496

      """
    #expect(
      try events(in: text) == [
        TraceEvent(kind: .allocation, processor: 1, order: 3, block: 17, frame: 1_182_588),
        TraceEvent(kind: .free, processor: 0, order: 3, block: 17),
        TraceEvent(
          kind: .allocation, processor: 65_535, order: 30, block: .max, frame: 1 << 52),
      ])
  }

  @Test func theLastLineNeedsNoEnd() throws {
    #expect(try events(in: "f 0 3 17") == events(in: "f 0 3 17\n"))
    #expect(try events(in: "") == [])
  }

  @Test(
    arguments: [
      "", "#", "a", "a 0", "a 0 0 0 0", "a 0 0 0 0 ", "a 0 0 0 0 1 ", "a 0 0 0 0 1 2", "f 0 0",
      "f 0 0 0 0 1", "b 0 0 0", "a  0 0 0 0 1", "a\t0 0 0 0 1", "a -1 0 0 0 1", "a 0 0 0 0 0x1",
      "f 0 0 1\r", " f 0 0 1", "f 0 0 1 ",
    ])
  func namesTheLineThatIsNoEvent(line: String) {
    #expect(
      throws: TraceError(
        line: 2,
        "'\(line.replacing("\t", with: "?").replacing("\r", with: "?"))' is neither "
          + "'a CPU ORDER ID MIGRATETYPE PFN' nor 'f CPU ORDER ID'")
    ) { try events(in: "a 0 0 0 0 1\n\(line)\nf 0 0 0\n") }
  }

  @Test(
    arguments: [
      ("a 65536 0 0 0 0", "the processor is above 65535"),
      ("f 0 31 0", "the order is above 30"),
      ("f 0 0 18446744073709551616", "the allocation is above 18446744073709551615"),
      ("a 0 0 0 256 0", "the migrate type is above 255"),
      ("a 0 0 0 0 4503599627370497", "the page frame is above 4503599627370496"),
    ])
  func namesTheNumberThatIsTooLarge(line: String, reason: String) {
    #expect(throws: TraceError(line: 1, reason)) { try events(in: line) }
  }

  @Test func aLongLineIsShownInPart() {
    let line = String(repeating: "x", count: 1000)
    #expect(
      throws: TraceError(
        line: 1,
        "'\(line.prefix(40))' is neither 'a CPU ORDER ID MIGRATETYPE PFN' nor 'f CPU ORDER ID'")
    ) { try events(in: line) }
  }
}
