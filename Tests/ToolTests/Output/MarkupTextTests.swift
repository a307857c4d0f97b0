import Testing

@testable import iopages

@Suite struct MarkupTextTests {
  @Test(arguments: [
    ("", ""), ("W1 pair", "W1 pair"), ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
    ("&amp;", "&amp;amp;"),
  ])
  func whatMeansSomethingIsReplaced(text: String, escaped: String) {
    #expect(text.escapedForMarkup == escaped)
  }
}
