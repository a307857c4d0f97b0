// A machine with nodes that this one does not have, over this one's memory. It does with pages what
// the kernel does: places them by the policy of their range when they come, spills where the policy
// lets it, drops nodes that it does not have or a cpuset forbids, and ends a process (says that it
// would have) where a bound range finds its nodes full.

import MemoryRegions
import Synchronization
import SystemPackage

/// The books of a made-up machine.
final class FakeMachine: Sendable {
  /// One node: what /sys would say of it.
  struct Node {
    var number: Int
    var cpus = ""
    var pages = 1 << 18
    /// To each node of the machine, in ascending order of their numbers.
    var distances: [Int]
    var weight = 1
  }

  /// What a kernel may lack.
  struct Kernel: OptionSet {
    let rawValue: Int
    static let weightedInterleave = Kernel(rawValue: 1)
    static let homeNode = Kernel(rawValue: 2)
    static let full: Kernel = [.weightedInterleave, .homeNode]
  }

  struct State {
    /// The policies set, the latest last.
    var policies: [(range: Range<Int>, policy: MemoryPolicy, home: Int?)] = []
    var nodeOfPage: [Int: Int] = [:]
    var free: [Int: Int]
    var wouldHaveBeenKilled = false
    /// Pages that the kernel cannot move.
    var pinned: Set<Int> = []
    var processorNode: Int
    /// The nodes that the cpuset permits.
    var allowed: [Int]
  }

  let nodes: [Node]
  let kernel: Kernel
  let state: Mutex<State>

  init(_ nodes: [Node], allowed: [Int]? = nil, kernel: Kernel = .full) {
    self.nodes = nodes
    self.kernel = kernel
    let free = Dictionary(uniqueKeysWithValues: nodes.map { ($0.number, $0.pages) })
    self.state = Mutex(
      State(
        free: free, processorNode: nodes[0].number, allowed: allowed ?? nodes.map(\.number)))
  }

  /// Two like nodes.
  static func two(allowed: [Int]? = nil, kernel: Kernel = .full) -> FakeMachine {
    FakeMachine(
      [
        Node(number: 0, cpus: "0", distances: [10, 20]),
        Node(number: 1, cpus: "1", distances: [20, 10]),
      ], allowed: allowed, kernel: kernel)
  }

  /// Numbers with gaps: node 3 is memory only and node 7 has no memory.
  static func four(allowed: [Int]? = nil) -> FakeMachine {
    FakeMachine(
      [
        Node(number: 0, cpus: "0-1", distances: [10, 21, 31, 16], weight: 3),
        Node(number: 2, cpus: "2,4", distances: [21, 10, 24, 31], weight: 2),
        Node(number: 3, distances: [31, 24, 10, 40]),
        Node(number: 7, cpus: "3", pages: 0, distances: [16, 31, 40, 10]),
      ], allowed: allowed)
  }

  var policies: [MemoryPolicy] { state.withLock { $0.policies.map(\.policy) } }
  var homes: [Int?] { state.withLock { $0.policies.map(\.home) } }
  var allowed: [Int] { state.withLock { $0.allowed } }
  var wouldHaveBeenKilled: Bool { state.withLock { $0.wouldHaveBeenKilled } }

  /// Somebody else takes the node's memory.
  func leave(_ pages: Int, on node: Int) { state.withLock { $0.free[node] = pages } }

  /// The cpuset permits these nodes from now on. What is on others stays there.
  func confine(to nodes: [Int]) { state.withLock { $0.allowed = nodes } }

  /// The kernel cannot move the page at an address.
  func pin(_ page: Int) { state.withLock { _ = $0.pinned.insert(page) } }

  /// The thread moves to a processor of a node.
  func run(on node: Int) { state.withLock { $0.processorNode = node } }

  /// The node of a page; nil if it is absent.
  func node(of page: Int) -> Int? { state.withLock { $0.nodeOfPage[page] } }

  private func distance(_ from: Int, _ to: Int) -> Int {
    let order = nodes.map(\.number).sorted()
    let row = nodes.first { $0.number == from }
    return order.firstIndex(of: to).flatMap { row?.distances[$0] } ?? .max
  }

  private func byDistance(_ numbers: [Int], from node: Int) -> [Int] {
    numbers.sorted { (distance(node, $0), $0) < (distance(node, $1), $1) }
  }

  /// The nodes to try for a page, in order; those of a bind are all there are.
  private func candidates(
    _ policy: MemoryPolicy, home: Int?, index: Int, near: Int, allowed: [Int]
  ) -> [Int] {
    let all = byDistance(nodes.map(\.number).filter(allowed.contains), from: near)
    let named = policy.nodes.nodes.map(\.number)
    switch policy.mode {
    case .bind: return byDistance(named, from: home ?? near)
    case .preferred where !named.isEmpty: return byDistance(all, from: named[0])
    case .preferredMany: return byDistance(named, from: home ?? near) + all
    case .interleave: return [named[index % named.count]] + all
    case .weightedInterleave:
      let turns = named.flatMap { number in
        Array(repeating: number, count: nodes.first { $0.number == number }?.weight ?? 1)
      }
      return [turns[index % turns.count]] + all
    default: return all
    }
  }

  func bringIn(_ range: Range<Int>) throws(Errno) {
    try state.withLock { (state) throws(Errno) in
      for page in stride(from: range.lowerBound, to: range.upperBound, by: 4096)
      where state.nodeOfPage[page] == nil {
        let last = state.policies.last { $0.range.contains(page) }
        let start = last?.range.lowerBound ?? 0
        let choice = candidates(
          last?.policy ?? MemoryPolicy(.default), home: last?.home, index: (page - start) >> 12,
          near: state.processorNode, allowed: state.allowed
        ).first { state.free[$0, default: 0] > 0 }
        guard let choice else {
          state.wouldHaveBeenKilled = true
          throw .noMemory
        }
        state.free[choice, default: 0] -= 1
        state.nodeOfPage[page] = choice
      }
    }
  }

  func forget(_ range: Range<Int>) {
    state.withLock { state in
      for page in stride(from: range.lowerBound, to: range.upperBound, by: 4096) {
        if let node = state.nodeOfPage.removeValue(forKey: page) { state.free[node]? += 1 }
      }
    }
  }

  func usable(_ mask: NodeMask) -> [NUMANode] {
    let allowed = allowed
    return mask.nodes.filter { node in
      allowed.contains(node.number)
        && nodes.contains { $0.number == node.number && $0.pages > 0 }
    }
  }

  /// As the kernel does it: what cannot be moved ends the call, and nothing is answered for the
  /// rest.
  func move(_ pages: [Int], to node: Int) throws(Errno) -> [Int32] {
    try state.withLock { (state) throws(Errno) in
      var answers = [Int32](repeating: -Errno.resourceBusy.rawValue, count: pages.count)
      for (index, page) in pages.enumerated() {
        guard let former = state.nodeOfPage[page] else {
          answers[index] = -2
          continue
        }
        if state.pinned.contains(page) { return answers }
        guard state.free[node, default: 0] > 0 else { throw .noMemory }
        state.free[node, default: 0] -= 1
        state.free[former, default: 0] += 1
        state.nodeOfPage[page] = node
        answers[index] = Int32(node)
      }
      return answers
    }
  }
}
