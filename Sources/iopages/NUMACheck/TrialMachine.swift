// What of a machine the trials depend on, and which trials follow from it.

package import IOPages
import MemoryRegions

/// The nodes to try policies on.
package struct TrialMachine {
  /// The nodes with memory that may be used, ascending.
  package let nodes: [NUMANode]
  /// One CPU for each node that has CPUs, and the node its own pages are to be on: the nearest with
  /// memory, which is its own one if that has some.
  package let processors: [(cpu: Int, node: NUMANode, local: NUMANode)]
  /// How many pages in turn weighted interleaving puts on each node; 1 for those left out.
  private let weights: [NUMANode: Int]

  package init(
    nodes: [NUMANode], processors: [(cpu: Int, node: NUMANode, local: NUMANode)],
    weights: [NUMANode: Int] = [:]
  ) {
    self.nodes = nodes
    self.processors = processors
    self.weights = weights
  }

  /// The machine as it is, with the CPUs that this process may use.
  init(_ topology: NUMATopology, _ usable: Processors) {
    let nodes = topology.allowedNodes
    let processors =
      topology.nodes.compactMap { node in
        let cpu = node.cpus.first { usable.numbers.contains(Int32($0)) }
        guard let cpu, let local = topology.nearest(to: node.node).first else { return nil }
        return (cpu: cpu, node: node.node, local: local)
      } as [(cpu: Int, node: NUMANode, local: NUMANode)]
    let weights = nodes.compactMap { node in
      let path = "/sys/kernel/mm/mempolicy/weighted_interleave/node\(node.number)"
      return SystemCalls.linux.number(path).map { (node, $0) }
    }
    self.init(
      nodes: nodes, processors: processors, weights: Dictionary(uniqueKeysWithValues: weights))
  }

  /// Each policy on each node, or on all of them.
  package var trials: [PlacementTrial] { localTrials + oneNodeTrials + setTrials + moveTrials }

  private var localTrials: [PlacementTrial] {
    processors.map { cpu, node, local in
      PlacementTrial(
        "local", .local, promise: .only([local]), description: "local, CPU \(cpu) of \(node)",
        processor: cpu)
    }
  }

  private var oneNodeTrials: [PlacementTrial] {
    nodes.map { PlacementTrial("bind", .bind(to: $0), promise: .only([$0])) }
      + nodes.map { PlacementTrial("preferred", .preferred($0), promise: .only([$0])) }
  }

  /// The policies over all nodes together, and each of them as the home of the others.
  private var setTrials: [PlacementTrial] {
    let evenly = Dictionary(uniqueKeysWithValues: nodes.map { ($0, 1) })
    let weighted = Dictionary(uniqueKeysWithValues: nodes.map { ($0, weights[$0] ?? 1) })
    let many = Placement.preferredMany(nodes)
    return [
      PlacementTrial(
        "preferred-many", many, promise: .only(Set(nodes)),
        description: "preferably on any of " + nodes.map(\.description).joined(separator: ", ")),
      PlacementTrial("interleave", .interleave(over: nodes), promise: .shares(evenly)),
      PlacementTrial(
        "weighted-interleave", .weightedInterleave(over: nodes), promise: .shares(weighted)),
    ] + nodes.map { PlacementTrial("home-node", many.homeNode($0), promise: .only([$0])) }
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
