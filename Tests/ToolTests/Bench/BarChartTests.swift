import Foundation
import FoundationXML
import Testing

@testable import iopages

/// Counts the elements of a document.
private final class ElementCounter: NSObject, XMLParserDelegate {
  var counts: [String: Int] = [:]
  var texts = ""
  var widths: [Double] = []

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String] = [:]
  ) {
    counts[element, default: 0] += 1
    if element == "rect", let width = attributes["width"].flatMap(Double.init) {
      widths.append(width)
    }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) { texts += text }
}

@Suite struct BarChartTests {
  @Test func isADocumentWithABarForEachResult() {
    let report = makeBenchReport()
    let parser = XMLParser(data: Data(BarChart(report: report).svg.utf8))
    let counter = ElementCounter()
    parser.delegate = counter
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(counter.counts["svg"] == 1)
    #expect(counter.counts["g"] == 1, "the figure of one subject is left out")
    #expect(counter.counts["rect"] == 3, "two bars and the background")
    for text in ["W1 pair (ns)", "iopages", "glibc", "40.00"] {
      #expect(counter.texts.contains(text), "\(counter.texts)")
    }
    #expect(counter.widths.allSatisfy { $0 > 0 })
  }

  @Test func drawsSingleBarsWhereThereAreNoOthers() {
    var report = makeBenchReport()
    report.results.removeLast()
    let svg = BarChart(report: report).svg
    #expect(svg.contains("W1 pair (ns)") && svg.contains("W5 pair, 2 threads (Mops/s)"))
  }

  @Test func isADocumentWithNothingInIt() {
    let report = BenchReport(machine: BenchMachine(), results: [])
    #expect(XMLParser(data: Data(BarChart(report: report).svg.utf8)).parse())
  }

  @Test func drawsLengthsByLogarithms() {
    let scale = LogarithmicScale([1, 10, 100], length: 100)
    #expect(scale.length(of: 1) == 10)
    #expect(abs(scale.length(of: 10) - 55) < 1e-9)
    #expect(abs(scale.length(of: 100) - 100) < 1e-9)
    #expect(scale.length(of: 0) == 0)
  }

  @Test func doesNotBlowUpSmallDifferences() {
    let scale = LogarithmicScale([10, 11], length: 100)
    #expect(scale.length(of: 11) < 20)
  }
}
