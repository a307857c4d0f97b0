// What a stress run has come to.

import FileCopying

/// How far a run is.
struct StressProgress {
  var operations: Int
  var elapsed: Duration
  var options: StressOptions

  /// What is done, from 0 to 1, by the limit that comes first.
  var fraction: Double {
    let bySeconds = options.seconds.map { elapsed.inSeconds / max($0, 0.001) } ?? 0
    let byOperations = options.operations.map { Double(operations) / Double(max($0, 1)) } ?? 0
    return min(1, max(bySeconds, byOperations))
  }
}

/// The outcome of a run.
struct StressReport {
  var seed: UInt64
  var pageCount: Int
  var tally: StressTally
  /// How many threads found something wrong.
  var errors: Int
  /// The pages that were missing at the end; of a run that ended early it is not known, and 0.
  var leakedPages: Int
  var seconds: Double
  var failure: StressFailure?

  var isGood: Bool { errors == 0 && leakedPages == 0 }

  /// One line, for programs.
  var json: JSONValue {
    .object([
      ("seed", .integer(Int(truncatingIfNeeded: seed))), ("operations", .integer(tally.operations)),
      ("errors", .integer(errors)), ("leakedPages", .integer(leakedPages)),
      ("seconds", .number((seconds * 1000).rounded() / 1000)),
    ])
  }

  /// A few lines, for people.
  var lines: [String] {
    let rate = Double(tally.operations) / max(seconds, 0.001) / 1e6
    let share =
      Double(tally.pagesOut) / Double(max(tally.operations, 1)) / Double(pageCount) * 100
    return [
      "\(tally.operations) operations in \(seconds.formatted(decimals: 1)) s, "
        + "\(rate.formatted(decimals: 2)) million a second, on \(tally.lives) threads, one after "
        + "the other",
      "\(tally.allocations) blocks taken, \(tally.refusals) requests refused, \(tally.handovers) "
        + "blocks exchanged, \(tally.parts) taken apart; \(share.formatted(decimals: 0)) % of "
        + "\(pageCount) pages out",
      "\(tally.zeroedPages) pages found zero, \(tally.trimmedPages) trimmed, \(tally.walks) walks "
        + "over the books",
      isGood
        ? "no error, no leak: one set of maximal blocks again"
        : "\(errors) error(s), \(leakedPages) page(s) leaked",
    ]
  }
}
