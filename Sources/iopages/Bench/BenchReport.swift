// What a run has found: tables for a reader, one line of JSON for a program.

/// All figures of a run, and where they were taken.
struct BenchReport {
  var machine: BenchMachine
  var results: [BenchResult]
  var absent: [AbsentSubject] = []

  /// The results of each figure together, in the order in which figures first came.
  var groups: [(figure: BenchFigure, results: [BenchResult])] {
    var order: [BenchFigure] = []
    var groups: [BenchFigure: [BenchResult]] = [:]
    for result in results {
      if groups[result.figure] == nil { order.append(result.figure) }
      groups[result.figure, default: []].append(result)
    }
    return order.map { ($0, groups[$0] ?? []) }
  }

  var lines: [String] {
    var lines = [machine.description]
    if results.contains(where: { $0.figure.workload.hasPeers }) {
      lines += [
        "Peers are called through pointers, which ours is not: the subject `none` is what that costs,",
        "`loop` what the workload costs by itself. dpdk-mempool is called inline, from loops of its own.",
      ]
    }
    for group in groups {
      lines += ["", heading(group.figure)] + group.results.map { row($0, in: group.results) }
    }
    if !absent.isEmpty { lines += ["", "Not measured:"] + absent.map { "  \($0.description)" } }
    return lines
  }

  private func heading(_ figure: BenchFigure) -> String {
    let subject = figure.workload.reference
    let reference = subject == .pages ? "ours" : subject.rawValue
    return "\(figure.title) [\(figure.unit.rawValue)]".paddedRight(to: 40)
      + (figure.unit.isRate ? "best" : "minimum").paddedLeft(to: 14) + "median".paddedLeft(to: 14)
      + "median/\(reference)".paddedLeft(to: 22) + "samples".paddedLeft(to: 9)
  }

  private func row(_ result: BenchResult, in group: [BenchResult]) -> String {
    let best = result.figure.unit.isRate ? result.maximum : result.minimum
    let reference = group.first { $0.subject == result.figure.workload.reference }?.median
    let ratio = reference.map { (result.median / $0).formatted(decimals: 2) } ?? "-"
    return "  " + result.subject.rawValue.paddedRight(to: 38)
      + best.formatted(decimals: 2).paddedLeft(to: 14)
      + result.median.formatted(decimals: 2).paddedLeft(to: 14) + ratio.paddedLeft(to: 22)
      + "\(result.sampleCount)".paddedLeft(to: 9)
  }

  var json: JSONValue {
    .object([
      ("machine", machine.json(absent: absent)),
      ("results", .array(results.map(\.json))),
    ])
  }
}

extension AbsentSubject {
  var json: JSONValue {
    .object([
      ("subject", .string(name.rawValue)), ("reason", .string(reason)),
      ("package", package.map { .string($0) } ?? .null),
    ])
  }
}
