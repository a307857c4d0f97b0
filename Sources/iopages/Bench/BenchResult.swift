// One figure, and the statistics of its samples: the median for what to expect, the minimum for
// what it costs when nothing interferes.

import FileCopying

/// A measured figure.
struct BenchResult {
  var workload: BenchWorkload
  var metric: String
  /// What varies within the workload; nil if nothing does.
  var size: ByteSize?
  var unit: String
  /// Ascending.
  private var sorted: [Double]

  /// - Precondition: there is at least one sample.
  init(
    _ workload: BenchWorkload, metric: String, size: ByteSize? = nil, unit: String,
    samples: [Double]
  ) {
    precondition(!samples.isEmpty, "A figure needs a sample.")
    self.workload = workload
    self.metric = metric
    self.size = size
    self.unit = unit
    sorted = samples.sorted()
  }

  var minimum: Double { sorted[0] }

  var median: Double {
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  var sampleCount: Int { sorted.count }
}

/// All figures of a run, and where they were taken.
struct BenchReport {
  var machine = BenchMachine()
  var results: [BenchResult]

  var lines: [String] {
    let columns = [("workload", 10), ("metric", 24), ("size", 8)]
    var header = columns.map { $0.0.paddedRight(to: $0.1) }.joined()
    header += "minimum".paddedLeft(to: 12) + "median".paddedLeft(to: 12) + "  unit"
    return [machine.description, header]
      + results.map { result in
        result.workload.rawValue.paddedRight(to: 10) + result.metric.paddedRight(to: 24)
          + (result.size?.description ?? "").paddedRight(to: 8)
          + result.minimum.formatted(decimals: 2).paddedLeft(to: 12)
          + result.median.formatted(decimals: 2).paddedLeft(to: 12) + "  " + result.unit
      }
  }

  var json: JSONValue {
    .object([
      ("machine", machine.json),
      ("results", .array(results.map(\.json))),
    ])
  }
}

extension BenchResult {
  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("workload", .string(workload.rawValue)), ("subject", .string("iopages")),
      ("metric", .string(metric)), ("threads", .integer(1)),
    ]
    if let size { members.append(("bytes", .integer(size.byteCount))) }
    members += [
      ("unit", .string(unit)), ("minimum", .number(minimum)), ("median", .number(median)),
      ("samples", .integer(sampleCount)),
    ]
    return .object(members)
  }
}
