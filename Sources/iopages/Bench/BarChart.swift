// The figures as bars: a panel for each figure, a bar for each subject, in an SVG that needs nothing
// else. Bars are logarithmic, since peers differ by factors of a thousand; each bears its number.

import Glibc

/// A chart of a report.
struct BarChart {
  var report: BenchReport

  private static let columns = 3
  private static let panelWidth = 400
  private static let rowHeight = 16
  private static let titleHeight = 30
  private static let labelWidth = 100
  private static let barWidth = 210
  private static let footerHeight = 60

  /// The document.
  var svg: String {
    // A bar by itself says nothing, unless there are no others.
    let groups = report.groups
    let compared = groups.filter { $0.results.count > 1 }
    let panels = compared.isEmpty ? groups : compared
    var heights = [Int](repeating: Self.rowHeight, count: Self.columns)
    var body = ""
    for panel in panels {
      // The shortest column gets the next panel.
      let column = heights.indices.min { heights[$0] < heights[$1] } ?? 0
      let bars = self.bars(panel.figure, panel.results)
      body += "<g transform=\"translate(\(column * Self.panelWidth + 10),\(heights[column]))\">"
      body += bars + "</g>\n"
      heights[column] += Self.titleHeight + panel.results.count * Self.rowHeight + Self.rowHeight
    }
    let height = (heights.max() ?? 0) + Self.footerHeight
    let width = Self.columns * Self.panelWidth + 20
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" \
      width="\(width)" height="\(height)" font-family="sans-serif" font-size="11">
      <rect width="\(width)" height="\(height)" fill="white"/>
      \(body)\
      <text x="10" y="\(height - 36)" font-size="12">\(report.machine.description.escapedForMarkup)</text>
      <text x="10" y="\(height - 18)" font-size="12">Medians, on a logarithmic scale. \
      Less is better where the unit is ns, more where it is a rate.</text>
      </svg>

      """
  }

  private func bars(_ figure: BenchFigure, _ results: [BenchResult]) -> String {
    let positive = results.map(\.median).filter { $0 > 0 }
    let scale = LogarithmicScale(positive, length: Double(Self.barWidth))
    var text = "<text x=\"0\" y=\"14\" font-weight=\"bold\">"
    text += "\(figure.title.escapedForMarkup) (\(figure.unit.rawValue))</text>"
    for (row, result) in results.enumerated() {
      let y = Self.titleHeight - 8 + row * Self.rowHeight
      let length = scale.length(of: result.median)
      let colour = result.subject.isPublicInterface ? "#c2410c" : "#94a3b8"
      text += "<text x=\"\(Self.labelWidth - 6)\" y=\"\(y + 11)\" text-anchor=\"end\">"
      text += "\(result.subject.rawValue.escapedForMarkup)</text>"
      text += "<rect x=\"\(Self.labelWidth)\" y=\"\(y + 2)\" height=\"11\" "
      text += "width=\"\(length.formatted(decimals: 1))\" fill=\"\(colour)\"/>"
      text += "<text x=\"\((Double(Self.labelWidth) + length + 4).formatted(decimals: 1))\" "
      text +=
        "y=\"\(y + 11)\">\(result.median.formatted(decimals: result.median < 1000 ? 2 : 0))</text>"
    }
    return text
  }
}

/// Lengths by the logarithm of a number: a tenth of the length for the smallest, all of it for the
/// largest.
struct LogarithmicScale {
  private let smallest: Double
  private let decades: Double
  private let total: Double

  init(_ numbers: [Double], length: Double) {
    smallest = numbers.min() ?? 1
    // At least one decade, or small differences would look large.
    decades = max(1, log10((numbers.max() ?? 1) / smallest))
    total = length
  }

  /// The length for a number that is not larger than the largest.
  func length(of number: Double) -> Double {
    guard number > 0 else { return 0 }
    return total * (0.1 + 0.9 * log10(number / smallest) / decades)
  }
}
