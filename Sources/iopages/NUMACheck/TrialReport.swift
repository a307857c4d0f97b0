// What numa-check shows: a verdict for each policy, and one for all of them.

import FileCopying
package import IOPages

/// Trials and their verdicts, for people and for programs.
package struct TrialReport {
  private let nodes: [NUMANode]
  private let source: NUMATopology.Source
  private let byteCount: Int
  private let results: [(trial: PlacementTrial, verdict: PlacementTrial.Verdict)]

  package init(
    nodes: [NUMANode], source: NUMATopology.Source, byteCount: Int,
    _ results: [(trial: PlacementTrial, verdict: PlacementTrial.Verdict)]
  ) {
    self.nodes = nodes
    self.source = source
    self.byteCount = byteCount
    self.results = results
  }

  /// How many trials failed.
  package var failureCount: Int { count("fails") }

  private func count(_ name: String) -> Int { results.count { $0.verdict.name == name } }

  /// The trials for a person, each with its verdict.
  package var lines: [String] {
    let width = results.map(\.trial.description.count).max() ?? 0
    return [
      "\(ByteSize(byteCount: byteCount)) for each policy, and each page looked up; nodes with memory: "
        + rangesText(nodes.map(\.number))
    ]
      + results.map { trial, verdict in
        "  \(trial.description.paddedRight(to: width))  "
          + "\(verdict.name.paddedRight(to: 11))  \(verdict.detail)"
      } + [summary]
  }

  private var summary: String {
    "\(count("holds")) of \(results.count) hold, \(failureCount) fail, "
      + "\(count("unavailable")) unavailable, \(count("unknown")) unknown\(caveat)"
  }

  /// Why what holds proves little.
  private var caveat: String {
    if source.assumesOneNode { return " (\(source.text))" }
    return nodes.count > 1 ? "" : " (with one node, every page is on it)"
  }

  /// The trials for a program.
  package var json: JSONValue {
    .object([
      ("nodes", .array(nodes.map { .integer($0.number) })),
      ("nodes_known_from", .string(source.text)), ("bytes", .integer(byteCount)),
      ("failures", .integer(failureCount)),
      (
        "policies",
        .array(
          results.map { trial, verdict in
            .object([
              ("policy", .string(trial.policy)), ("placement", .string(trial.description)),
              ("verdict", .string(verdict.name)), ("detail", .string(verdict.detail)),
            ])
          })
      ),
    ])
  }
}

extension PlacementTrial.Verdict {
  fileprivate var name: String {
    switch self {
    case .holds: "holds"
    case .fails: "fails"
    case .unavailable: "unavailable"
    case .unknown: "unknown"
    }
  }

  fileprivate var detail: String {
    switch self {
    case .holds(let found): pagesText(found)
    case .fails(let text), .unavailable(let text), .unknown(let text): text
    }
  }
}
