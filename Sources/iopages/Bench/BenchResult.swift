// One figure, and the statistics of its samples: the median for what to expect, the minimum for
// what it costs when nothing interferes.

import FileCopying

/// What a figure is about.
struct BenchFigure: Hashable {
  var workload: BenchWorkload
  var metric: String
  var threads = 1
  /// What varies within the workload; nil if nothing does.
  var byteCount: Int?
  var unit: BenchUnit

  /// As it stands in tables: `W5 pair, 2 threads`.
  var title: String {
    var title = "\(workload.rawValue) \(metric)"
    if let byteCount { title += ", \(ByteSize(byteCount: byteCount))" }
    if workload == .threads || threads > 1 {
      title += ", \(threads) thread\(threads == 1 ? "" : "s")"
    }
    return title
  }
}

/// A measured figure of one subject.
struct BenchResult {
  let figure: BenchFigure
  let subject: SubjectName
  /// Ascending.
  private let sorted: [Double]

  /// - Precondition: there is at least one sample.
  init(_ figure: BenchFigure, subject: SubjectName, samples: [Double]) {
    precondition(!samples.isEmpty, "A figure needs a sample.")
    self.figure = figure
    self.subject = subject
    sorted = samples.sorted()
  }

  var minimum: Double { sorted[0] }
  var maximum: Double { sorted[sorted.count - 1] }

  var median: Double {
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  var sampleCount: Int { sorted.count }

  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("workload", .string(figure.workload.rawValue)), ("subject", .string(subject.rawValue)),
      ("metric", .string(figure.metric)), ("threads", .integer(figure.threads)),
    ]
    if let byteCount = figure.byteCount { members.append(("bytes", .integer(byteCount))) }
    members += [
      ("unit", .string(figure.unit.rawValue)), ("minimum", .number(minimum)),
      ("median", .number(median)), ("samples", .integer(sampleCount)),
    ]
    return .object(members)
  }
}
