// What each node has, what its pool has done, and how often a request had to go to another node: the
// kernel's numa_miss and numa_foreign, for this set.

public import MemoryRegions
public import PagePools
internal import Synchronization

/// The state of one node of a set of pools, and what it has done so far.
public struct NodeStatistics: Sendable {
  /// The figures of the node's pool. A request that another node met in the end counts among its
  /// failures, since it was exhausted then; one that is made again, since pages came back meanwhile,
  /// does not.
  public var pool = PoolStatistics()
  /// Requests for this node that another one met, because this one was exhausted.
  public var metElsewhere = 0
  /// Requests for another node that this one met.
  public var metForOthers = 0

  /// Nothing at all.
  public init() {}
}

extension PagePoolSet {
  /// The state of each node now.
  ///
  /// - Complexity: O(nodes * orders * processors in use). Any thread.
  public var statistics: [NUMANode: NodeStatistics] {
    var statistics: [NUMANode: NodeStatistics] = [:]
    for member in members {
      var figures = NodeStatistics()
      figures.pool = member.pool.statistics
      figures.metElsewhere = member.metElsewhere.load(ordering: .relaxed)
      figures.metForOthers = member.metForOthers.load(ordering: .relaxed)
      statistics[member.node] = figures
    }
    return statistics
  }
}

extension PagePoolSet: CustomStringConvertible {
  /// A line for each node: its pages, the processors that it serves, the placement of its memory, and whether
  /// nobody could check it, and the nodes that are asked after it.
  public var description: String {
    let lines = members.enumerated().map { place, member in
      let figures = member.pool.statistics
      let processors = layout.localMembers.indices.filter { layout.localMembers[$0] == place }
      let others = layout.nearest[place].dropFirst().map { "\(members[$0].node.number)" }
      return "\(member.node): \(figures.freePages) of \(figures.pageCount) page(s) free"
        + ", placement \(member.region.placement)"
        + (member.region.granted.placementCheck == .unverified ? " (unverified)" : "")
        + ", processors \(processors.isEmpty ? "none" : ranges(processors))"
        + (others.isEmpty ? "" : ", then nodes \(others.joined(separator: ", "))")
    }
    return lines.joined(separator: "\n")
  }

  /// Ascending numbers as the kernel writes them: "0-3,8".
  private func ranges(_ numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { range in
      range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    }.joined(separator: ",")
  }
}
