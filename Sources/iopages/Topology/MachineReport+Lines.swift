// The machine's memory, for people.

import FileCopying
import IOPages

extension MachineReport {
  var lines: [String] {
    let grants = probes.map { probe in
      let answer = probe.refusal.map { "no: \($0)" } ?? "yes"
      return "  \(probe.option.text.paddedRight(to: 28)) \(answer)"
    }
    let nodes = topology.nodes.flatMap(lines(of:))
    let distances = ["distances from the row's node to the column's:"] + matrix.lines
    return nodes + distances + limitLines + ["granted here and now:"] + grants
  }

  private func lines(of node: NUMATopology.Node) -> [String] {
    let cpus =
      if topology.source == .processStatus {
        "CPUs unknown"
      } else {
        node.cpus.isEmpty ? "no CPUs" : "CPUs \(rangesText(node.cpus))"
      }
    return [
      "\(node.node): \(cpus); \(size(node.freeByteCount)) free of \(size(node.totalByteCount))"
    ] + node.hugePages.map { "  \(text(of: $0))" }
  }

  private var matrix: DistanceMatrix {
    DistanceMatrix(
      Dictionary(uniqueKeysWithValues: topology.nodes.map { ($0.node, $0.distances) }))
  }

  private var limitLines: [String] {
    let lockLimit = limits.lockLimit.map { ByteSize(byteCount: $0).description } ?? "none"
    let waiver = limits.canExceedLockLimit == true ? ", waived for this process" : ""
    return [
      "nodes known from: \(topology.source.text)",
      "page size: \(ByteSize(byteCount: limits.pageByteCount))",
      "memory that can be brought in: \(size(limits.availableByteCount))",
      "memory limit of the control group: "
        + (limits.controlGroupLimit.map { ByteSize(byteCount: $0).rounded } ?? "none"),
      "memlock limit: \(lockLimit)\(waiver)",
      "mbind: \(placementRefusal.map { "refused (\($0))" } ?? "permitted")",
      "processors' caches by: \(cacheText)",
      "transparent huge pages: \(limits.transparentHugePages?.rawValue ?? "not in this kernel")",
    ] + limits.hugePages.map(text(of:))
  }

  private func text(of pool: HugePagePool) -> String {
    "huge pages of \(ByteSize(byteCount: pool.pageByteCount)): "
      + "\(pool.freeCount) free of \(pool.totalCount)"
  }

  private func size(_ byteCount: Int?) -> String {
    byteCount.map { ByteSize(byteCount: $0).rounded } ?? "unknown"
  }
}
