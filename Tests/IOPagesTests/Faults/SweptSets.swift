// What is asked of a set, so that one node's pool after the other may fail.

import BasicContainers
import IOPages
import MemoryTestSupport

extension SweptPoolOperation {
  /// Three nodes, of which the processors' own has no page left.
  private static let set: Preparation = { subject in
    try subject.openSet(pages: [16, 16, 16])
    try subject.hold(pages: 16, of: subject.pools[0])
  }

  static var sets: [SweptPoolOperation] {
    func operation(
      _ name: String, _ perform: @escaping @Sendable (PoolSubject, PagePoolSet) throws -> Void
    ) -> SweptPoolOperation {
      SweptPoolOperation(name: name, prepare: set) { subject in
        guard let set = subject.set else { throw RegionError(.notOwner) }
        try perform(subject, set)
      }
    }
    return [
      operation("a block of the nearest node") { $0.taken.append(try $1.allocate(order: 1)) },
      operation("a run of the nearest node") { $0.taken.append(try $1.allocate(pages: 3)) },
      operation("single pages of the nearest node") {
        try $1.allocate(singlePages: 7, into: &$0.taken)
      },
      operation("a block of one node alone") {
        $0.taken.append(try $1.allocate(order: 1, on: .node(7), fallback: .none))
      },
      operation("a run of a node of a list") {
        $0.taken.append(try $1.allocate(pages: 3, fallback: .list([7, 3])))
      },
      operation("a buffer of a set") { $0.buffers.append(try PageBuffer(count: 5000, from: $1)) },
    ]
  }

  /// Two nodes, of which the first has no memory behind its pages.
  static var trimmedSets: [SweptPoolOperation] {
    func operation(
      _ name: String, harmless: Set<SystemCallFaults.Call>, _ fallback: NodeFallback
    ) -> SweptPoolOperation {
      SweptPoolOperation(
        name: name, harmless: harmless,
        prepare: { subject in
          try subject.openSet(pages: [64, 64])
          try subject.pools[0].trim()
        },
        perform: { subject in
          guard let set = subject.set else { throw RegionError(.notOwner) }
          subject.taken.append(try set.allocate(order: 6, on: .node(2), fallback: fallback))
        })
    }
    return [
      operation("all trimmed pages of a node", harmless: [], .none),
      // The other node's pages are in memory.
      operation(
        "all trimmed pages of a node, or others", harmless: [.advise(.populateWrite)], .nearest),
    ]
  }
}
