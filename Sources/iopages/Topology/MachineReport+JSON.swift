// The machine's memory, for programs. Figures that the system hides are null.

import FileCopying
import IOPages

extension MachineReport {
  var json: JSONValue {
    .object([
      ("nodes", .array(topology.nodes.map(json(of:)))),
      ("nodes_known_from", .string(topology.source.text)),
      ("page_size", .integer(limits.pageByteCount)),
      ("available", JSONValue(limits.availableByteCount)),
      ("control_group_limit", JSONValue(limits.controlGroupLimit)),
      ("memlock_limit", JSONValue(limits.lockLimit)),
      ("memlock_waived", limits.canExceedLockLimit.map { .bool($0) } ?? .null),
      ("mbind_permitted", .bool(placementRefusal == nil)),
      ("processor_caches", .string(cacheText)),
      (
        "transparent_huge_pages",
        limits.transparentHugePages.map { .string($0.rawValue) } ?? .null
      ),
      ("huge_pages", .array(limits.hugePages.map(json(of:)))),
      ("granted", .array(probes.map(json(of:)))),
    ])
  }

  private func json(of node: NUMATopology.Node) -> JSONValue {
    .object([
      ("node", .integer(node.node.number)), ("cpus", .array(node.cpus.map { .integer($0) })),
      ("total", JSONValue(node.totalByteCount)), ("free", JSONValue(node.freeByteCount)),
      (
        "distances",
        .object(
          node.distances.sorted { $0.key < $1.key }.map {
            ("\($0.key.number)", .integer($0.value))
          })
      ),
      ("huge_pages", .array(node.hugePages.map(json(of:)))),
    ])
  }

  private func json(of pool: HugePagePool) -> JSONValue {
    .object([
      ("size", .integer(pool.pageByteCount)), ("total", .integer(pool.totalCount)),
      ("free", .integer(pool.freeCount)), ("reserved", .integer(pool.reservedCount)),
    ])
  }

  private func json(of probe: GrantProbe) -> JSONValue {
    .object([
      ("option", .string(probe.option.text)), ("granted", .bool(probe.refusal == nil)),
      ("refusal", probe.refusal.map { .string("\($0)") } ?? .null),
    ])
  }
}
