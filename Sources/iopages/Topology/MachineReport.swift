// What the machine says about its memory, and what it granted when it was asked.

import FileCopying
import IOPages

/// The nodes, the limits and the grants of this machine at one moment.
struct MachineReport {
  let topology = NUMATopology.current
  let limits = SystemLimits.current
  let probes: [GrantProbe]

  init() {
    let nodes = topology.nodes.filter { $0.totalByteCount ?? 0 > 0 }.map(\.node.number)
    probes =
      (Backing.allCases.map { .backing($0) } + nodes.map { .node($0) } + [.ring])
      .map { GrantProbe($0) }
  }
}

extension MachineReport {
  /// How processors' caches are used, and what keeps them from being used in the best way.
  var cacheText: String {
    switch PagePool.sequenceSupport {
    case .usable: "restartable sequences"
    case .otherArchitecture: "exchanges (restartable sequences are written for x86-64 only)"
    case .notRegistered: "exchanges (the C library has not registered restartable sequences)"
    case .sanitizer: "exchanges (a sanitizer does not see into restartable sequences)"
    case .barrierRefused: "exchanges (the kernel refuses membarrier for restartable sequences)"
    }
  }

  /// Nil if mbind is permitted.
  var placementRefusal: String? {
    switch limits.placement {
    case .permitted: nil
    case .refused(let errno): "\(errno)"
    }
  }
}

extension GrantProbe.Option {
  /// The option as it is written on the command line.
  var text: String {
    switch self {
    case .backing(let backing): "--huge-pages \(HugePages(backing).rawValue)"
    case .node(let number): "--numa-node \(number)"
    case .ring: "io_uring with fixed buffers"
    }
  }
}

/// Numbers with runs drawn together, as the kernel writes them: `0-3,8`.
package func rangesText(_ numbers: [Int]) -> String {
  var runs: [ClosedRange<Int>] = []
  for number in numbers.sorted() {
    if let last = runs.last, last.upperBound + 1 >= number {
      runs[runs.count - 1] = last.lowerBound...max(last.upperBound, number)
    } else {
      runs.append(number...number)
    }
  }
  return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    .joined(separator: ",")
}
