import Foundation
import Testing
import iopages

@Suite struct JSONValueTests {
  @Test func writesEveryKind() {
    let value = JSONValue.object([
      ("b", .bool(true)), ("a", .array([.integer(-1), .null, .number(0.5)])), ("s", .string("x")),
      ("o", .object([])), ("e", .array([])),
    ])
    #expect(value.description == #"{"b":true,"a":[-1,null,0.5],"s":"x","o":{},"e":[]}"#)
  }

  @Test(
    arguments: ["", "plain", "\"quoted\"", "back\\slash", "line\nfeed", "\u{0}\u{1F}\t", "für 音 🦜"])
  func whatItWritesIsReadBack(text: String) throws {
    let line = JSONValue.array([.string(text)]).description
    #expect(!line.contains("\n"))
    #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String] == [text])
  }

  @Test(arguments: [0, 1e300, -1e-300, 1.0 / 3, 123_456_789.25])
  func numbersAreReadBack(number: Double) throws {
    let line = JSONValue.array([.number(number)]).description
    #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Double] == [number])
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func aNumberThatJSONHasNotIsNull(number: Double) {
    #expect(JSONValue.number(number).description == "null")
  }

  @Test func aMissingIntegerIsNull() {
    #expect(JSONValue(nil).description == "null")
    #expect(JSONValue(7 as Int?).description == "7")
  }
}
