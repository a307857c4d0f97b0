// A line chart as SVG, in a page of code: what is drawn here needs two axes, a grid and a legend.

/// Lines over one horizontal axis. Both axes begin at 0.
package struct LineChart {
  /// A point in the units of the axes.
  package struct Point: Equatable {
    package let x: Double
    package let y: Double

    package init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  package struct Line {
    package let name: String
    /// As CSS has it, such as `#0072b2`.
    package let color: String
    package let points: [Point]

    package init(name: String, color: String, points: [Point]) {
      self.name = name
      self.color = color
      self.points = points
    }
  }

  private static let width = 800
  private static let height = 420
  /// What lies around the plot: numbers and names of the axes, title and legend.
  private static let left = 70
  private static let right = 40
  private static let top = 60
  private static let bottom = 50

  private let title: String
  private let xLabel: String
  private let yLabel: String
  private let lines: [Line]

  package init(title: String, xLabel: String, yLabel: String, lines: [Line]) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.lines = lines
  }

  /// The numbers to mark an axis with that reaches from 0 to `largest`: 0, and multiples of 1, 2 or
  /// 5 times a power of ten, the last of them not below `largest`; about `count` of them.
  package static func ticks(upTo largest: Double, count: Int = 6) -> [Double] {
    guard largest > 0, largest.isFinite else { return [0, 1] }
    var step = 1.0
    // Down for small numbers, then up by 2, 2.5 and 2 in turn.
    while step * 10 > largest { step /= 10 }
    var factors = [2.0, 2.5, 2.0]
    while largest / step > Double(count) {
      let factor = factors.removeFirst()
      step *= factor
      factors.append(factor)
    }
    let last = Int((largest / step).rounded(.up))
    return (0...last).map { Double($0) * step }
  }

  /// The chart as a document of its own.
  package var svg: String {
    let xTicks = Self.ticks(upTo: lines.flatMap { $0.points.map(\.x) }.max() ?? 0)
    let yTicks = Self.ticks(upTo: lines.flatMap { $0.points.map(\.y) }.max() ?? 0)
    let frame = Frame(xLimit: xTicks[xTicks.count - 1], yLimit: yTicks[yTicks.count - 1])
    var elements = [
      #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \#(Self.width) \#(Self.height)" "#
        + #"font-family="sans-serif" font-size="12" fill="black">"#,
      #"<rect width="\#(Self.width)" height="\#(Self.height)" fill="white"/>"#,
      Self.text(title, x: Double(Self.left), y: 22, attributes: #"font-size="15""#),
    ]
    elements += yTicks.map { frame.horizontalGrid($0) } + xTicks.map { frame.verticalGrid($0) }
    elements += lines.map { frame.path($0) } + legend
    elements += [
      Self.text(
        xLabel, x: Double(Self.left + Self.width - Self.right) / 2,
        y: Double(Self.height - 10), attributes: #"text-anchor="middle""#),
      Self.text(yLabel, x: 10, y: Double(Self.top) - 8, attributes: ""),
      "</svg>",
    ]
    return elements.joined(separator: "\n") + "\n"
  }

  private var legend: [String] {
    var x = Double(Self.left)
    return lines.flatMap { line in
      defer { x += 60 + 7 * Double(line.name.count) }
      let mark = #"<line x1="\#(x)" y1="38" x2="\#(x + 20)" y2="38" stroke="\#(line.color)" "#
      return [
        mark + #"stroke-width="3"/>"#, Self.text(line.name, x: x + 26, y: 42, attributes: ""),
      ]
    }
  }

  private static func text(
    _ text: String, x: Double, y: Double, attributes: String
  ) -> String {
    let space = attributes.isEmpty ? "" : " "
    return #"<text x="\#(x)" y="\#(y)"\#(space)\#(attributes)>\#(text.escapedForMarkup)</text>"#
  }

  /// Where the plot is, and how units become places in it.
  private struct Frame {
    let xLimit: Double
    let yLimit: Double

    private func place(x: Double) -> Double {
      let width = Double(LineChart.width - LineChart.left - LineChart.right)
      return Double(LineChart.left) + x / xLimit * width
    }

    private func place(y: Double) -> Double {
      let height = Double(LineChart.height - LineChart.top - LineChart.bottom)
      return Double(LineChart.height - LineChart.bottom) - y / yLimit * height
    }

    func path(_ line: Line) -> String {
      let points = line.points.map { point in
        place(x: point.x).formatted(decimals: 1) + "," + place(y: point.y).formatted(decimals: 1)
      }
      return #"<polyline points="\#(points.joined(separator: " "))" fill="none" "#
        + #"stroke="\#(line.color)" stroke-width="1.8"/>"#
    }

    func horizontalGrid(_ y: Double) -> String {
      let place = place(y: y)
      let end = LineChart.width - LineChart.right
      return #"<line x1="\#(LineChart.left)" y1="\#(place)" x2="\#(end)" y2="\#(place)" "#
        + #"stroke="gainsboro"/>"#
        + LineChart.text(
          Self.number(y), x: Double(LineChart.left) - 8, y: place + 4,
          attributes: #"text-anchor="end""#)
    }

    func verticalGrid(_ x: Double) -> String {
      let place = place(x: x)
      let end = LineChart.height - LineChart.bottom
      return #"<line x1="\#(place)" y1="\#(LineChart.top)" x2="\#(place)" y2="\#(end)" "#
        + #"stroke="whitesmoke"/>"#
        + LineChart.text(
          Self.number(x), x: place, y: Double(end) + 18, attributes: #"text-anchor="middle""#)
    }

    private static func number(_ value: Double) -> String {
      value == value.rounded() ? value.formatted(decimals: 0) : value.formatted(decimals: 2)
    }
  }
}
