// What of a machine the trials depend on, and which trials follow from it.

package import MemoryRegions

/// The nodes to try policies on.
package struct TrialMachine {
  /// The nodes with memory that may be used, ascending.
  package let nodes: [NUMANode]
  /// Where the nodes are known from.
  package let source: NUMATopology.Source
  /// One CPU for each node that has CPUs. None where there may be other nodes than those known: the
  /// CPU may be near to any of them.
  package let processors: [TrialProcessor]
  /// How many pages in turn weighted interleaving puts on each node; 1 for those left out.
  private let weights: [NUMANode: Int]

  /// The machine as the topology has it, with the CPUs that this process may use.
  package init(_ topology: NUMATopology, cpus: [Int], _ systemCalls: SystemCalls = .linux) {
    nodes = topology.allowedNodes
    source = topology.source
    processors =
      source.assumesOneNode
      ? []
      : topology.nodes.compactMap { node in
        node.cpus.first(where: cpus.contains).map {
          TrialProcessor(number: $0, node: node.node, local: topology.localNodes(of: node.node))
        }
      }
    let weights = nodes.compactMap { node in
      let path = "/sys/kernel/mm/mempolicy/weighted_interleave/node\(node.number)"
      return systemCalls.number(path).map { (node, $0) }
    }
    self.weights = Dictionary(uniqueKeysWithValues: weights)
  }

  /// Each policy on each node, or on all of them.
  package var trials: [PlacementTrial] {
    localTrials + oneNodeTrials + manyTrials + setTrials + moveTrials
  }

  private var localTrials: [PlacementTrial] {
    processors.map {
      PlacementTrial(
        "local", .local, promise: .only($0.local),
        description: "local, CPU \($0.number) of \($0.node)", processor: $0)
    }
  }

  private var oneNodeTrials: [PlacementTrial] {
    nodes.map { PlacementTrial("bind", .bind(to: $0), promise: .only([$0])) }
      + nodes.map { PlacementTrial("preferred", .preferred($0), promise: .only([$0])) }
  }

  /// On all nodes but that of the CPU: pages that ignore the policy are there.
  private var manyTrials: [PlacementTrial] {
    let trials = processors.compactMap { processor -> PlacementTrial? in
      let others = nodes.filter { $0 != processor.node }
      guard !others.isEmpty, others.count < nodes.count else { return nil }
      return manyTrial(others, processor)
    }
    return trials.isEmpty ? [manyTrial(nodes, nil)] : trials
  }

  private func manyTrial(_ nodes: [NUMANode], _ processor: TrialProcessor?) -> PlacementTrial {
    let place = processor.map { "; CPU \($0.number) of \($0.node)" } ?? ""
    return PlacementTrial(
      "preferred-many", .preferredMany(nodes), promise: .only(Set(nodes)),
      description: "preferably on any of " + nodes.names + place, processor: processor)
  }

  /// The policies over all nodes together, and each of them as the home of the others.
  private var setTrials: [PlacementTrial] {
    let evenly = Dictionary(uniqueKeysWithValues: nodes.map { ($0, 1) })
    let weighted = Dictionary(uniqueKeysWithValues: nodes.map { ($0, weights[$0] ?? 1) })
    return [
      PlacementTrial("interleave", .interleave(over: nodes), promise: .shares(evenly)),
      PlacementTrial(
        "weighted-interleave", .weightedInterleave(over: nodes), promise: .shares(weighted)),
    ]
      + nodes.map {
        PlacementTrial(
          "home-node", .preferredMany(nodes).homeNode($0), promise: .only([$0]))
      }
  }

  /// From each node to the next, and from the last to the first.
  private var moveTrials: [PlacementTrial] {
    guard nodes.count > 1 else { return [] }
    return zip(nodes, nodes.dropFirst() + nodes.prefix(1)).map { from, to in
      var trial = PlacementTrial(
        "migration", .bind(to: from), promise: .only([to]),
        description: "moved from \(from) to \(to)")
      trial.destination = to
      return trial
    }
  }
}
