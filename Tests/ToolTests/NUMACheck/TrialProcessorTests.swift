import IOPages
import MemoryRegions
import Testing
import iopages

@Suite struct TrialProcessorTests {
  @Test func aNodeWithMemoryIsItsOwnLocalOneAlone() {
    #expect(machine(toOthers: [10, 10, 10, 10]).localNodes(of: 0) == [0])
  }

  @Test(
    arguments: [
      ([20, 20, 30], [0, 1]),
      // The kernel adds up to two of its own.
      ([22, 20, 23], [0, 1]),
      ([21, 30, 20], [0, 2]),
      ([40, 30, 20], [2]),
    ] as [([Int], Set<NUMANode>)])
  func withoutMemoryItHasAllThatAreAboutNearest(distances: [Int], local: Set<NUMANode>) {
    #expect(machine(toOthers: distances + [10]).localNodes(of: 3) == local)
  }

  @Test func whatIsNotAllowedIsNotLocal() {
    let topology = machine(toOthers: [20, 30, 30, 10], allowed: [1, 2])
    #expect(topology.localNodes(of: 3) == [1, 2])
    #expect(topology.localNodes(of: 0) == [1, 2])
    #expect(machine(toOthers: [], allowed: [0, 1]).localNodes(of: 3) == [0, 1])
  }

  /// Nodes 0 to 2 with memory and node 3 without, at these distances from each of them.
  private func machine(toOthers distances: [Int], allowed: Set<NUMANode>? = nil) -> NUMATopology {
    let known = Dictionary(
      uniqueKeysWithValues: distances.enumerated().map { (NUMANode($0.offset), $0.element) })
    return NUMATopology(
      nodes: (0..<4).map {
        .init(
          node: NUMANode($0), cpus: [$0], totalByteCount: $0 == 3 ? 0 : 1 << 30, distances: known)
      }, source: .systemFiles, memoryNodes: allowed)
  }
}
