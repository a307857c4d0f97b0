// What of a machine the trials depend on.

package import IOPages

/// The nodes to try policies on.
package struct TrialMachine {
  /// The nodes with memory, ascending.
  package let nodes: [NUMANode]
  /// One CPU for each node that has CPUs, and the node its own pages are to be on: the nearest with
  /// memory, which is its own one if that has some.
  package let processors: [(cpu: Int, node: NUMANode, local: NUMANode)]

  package init(
    nodes: [NUMANode], processors: [(cpu: Int, node: NUMANode, local: NUMANode)]
  ) {
    self.nodes = nodes
    self.processors = processors
  }

  /// The machine as it is, with the CPUs that this process may use.
  init(_ topology: NUMATopology, _ usable: Processors) {
    let nodes = topology.nodes.filter { $0.totalByteCount ?? 1 > 0 }.map(\.node)
    self.nodes = nodes
    processors = topology.nodes.compactMap { node in
      let cpu = node.cpus.first { usable.numbers.contains(Int32($0)) }
      let nearest = nodes.min {
        (node.distances[$0] ?? .max, $0) < (node.distances[$1] ?? .max, $1)
      }
      guard let cpu, let nearest else { return nil }
      return (cpu, node.node, nodes.contains(node.node) ? node.node : nearest)
    }
  }

  /// Each policy on each node, or on all of them.
  package var trials: [PlacementTrial] {
    processors.map { cpu, node, local in
      PlacementTrial(
        "local", .local, promise: .only([local]), description: "local, CPU \(cpu) of \(node)",
        processor: cpu)
    } + nodes.map { PlacementTrial("bind", .bind(to: $0), promise: .only([$0])) }
      + severalNodesTrials
  }

  private var severalNodesTrials: [PlacementTrial] {
    guard nodes.count > 1 else { return [] }
    return [PlacementTrial("bind", .bind(to: nodes), promise: .only(Set(nodes)))]
  }
}
