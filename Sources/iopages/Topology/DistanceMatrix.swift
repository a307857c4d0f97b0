// The distances between nodes as a table: 10 is a node to itself, and an access to memory at 20 takes
// about twice as long. They need not be the same both ways.
//
//              0   1   3
//   node 0    10  21  24
//   node 1    21  10  34
//   node 3    24  34  10

package import IOPages

/// The distances from each node to each.
package struct DistanceMatrix {
  private let nodes: [NUMANode]
  private let distances: [NUMANode: [NUMANode: Int]]

  /// - Parameter distances: From each node to the others; those that are unknown are left out.
  package init(_ distances: [NUMANode: [NUMANode: Int]]) {
    nodes = distances.keys.sorted()
    self.distances = distances
  }

  /// A line of the nodes' numbers, and one for each node; `-` where the distance is unknown.
  package var lines: [String] {
    let cells = nodes.map { from in
      nodes.map { to in distances[from]?[to].map(String.init) ?? "-" }
    }
    let heads = nodes.map { "\($0.number)" }
    let width = (cells.joined() + heads).map(\.count).max() ?? 0
    let names = nodes.map(\.description)
    let nameWidth = names.map(\.count).max() ?? 0
    return zip([""] + names, [heads] + cells).map { name, cells in
      "  " + name.paddedRight(to: nameWidth)
        + cells.map { "  " + $0.paddedLeft(to: width) }.joined()
    }
  }
}
