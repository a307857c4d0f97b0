import Foundation
import FoundationXML
import Testing
import iopages

@Suite struct LineChartTests {
  @Test(
    arguments: [
      (0, [0, 1]), (1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (6, [0, 1, 2, 3, 4, 5, 6]),
      (7, [0, 2, 4, 6, 8]), (584, [0, 100, 200, 300, 400, 500, 600]),
      (463_275, [0, 100_000, 200_000, 300_000, 400_000, 500_000]),
      (.infinity, [0, 1]), (.nan, [0, 1]),
    ] as [(Double, [Double])])
  func axesAreMarkedAtRoundNumbers(largest: Double, ticks: [Double]) {
    let found = LineChart.ticks(upTo: largest)
    #expect(found.count == ticks.count, "\(found)")
    for (found, tick) in zip(found, ticks) { #expect(abs(found - tick) < 1e-9) }
  }

  @Test func theDocumentIsWellFormedWhateverTheNames() throws {
    let chart = LineChart(
      title: "a < b & \"c\" > 'd'", xLabel: "x & y", yLabel: "<y>",
      lines: [
        .init(name: "<one>", color: "#0072b2", points: [.init(x: 0, y: 0), .init(x: 10, y: 5)]),
        .init(name: "none", color: "#555555", points: []),
      ])
    let reader = ElementCounter()
    let parser = XMLParser(data: Data(chart.svg.utf8))
    parser.delegate = reader
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(reader.counts["svg"] == 1)
    #expect(reader.counts["polyline"] == 2)
    #expect(reader.text.contains("a < b & \"c\" > 'd'"))
  }

  @Test func pointsAreWhereTheyBelong() {
    let chart = LineChart(
      title: "", xLabel: "", yLabel: "",
      lines: [
        .init(
          name: "line", color: "black",
          points: [.init(x: 0, y: 0), .init(x: 6, y: 6), .init(x: 3, y: 0)])
      ])
    #expect(chart.svg.contains(#"<polyline points="70.0,370.0 760.0,60.0 415.0,370.0""#))
  }
}

/// What a document has of each element, and its text.
private final class ElementCounter: NSObject, XMLParserDelegate {
  var counts: [String: Int] = [:]
  var text = ""

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    counts[name, default: 0] += 1
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}
