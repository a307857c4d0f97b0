import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

extension OnNodesTests {
  @Suite struct InterleaveOnNodesTests {
    @Test(arguments: [Storage.anonymous, .memfd(name: "interleaved")])
    func `interleaved pages are on the nodes in turn`(storage: Storage) throws {
      guard let nodes = severalNodes() else { return }
      for wanted in [nodes, Array(nodes.suffix(2))] {
        let region = try MemoryRegion(
          RegionOptions(byteCount: 4 << 20, placement: .interleave(over: wanted), storage: storage))
        #expect(region.granted.placementCheck == .everyPage)
        #expect(region.granted.pagesElsewhere == 0)
        let found = try pagesByNode(region)
        #expect(Set(found.keys) == Set(wanted))
        for (_, count) in found { #expect(abs(count - 1024 / wanted.count) <= 1) }
        // One page on each, and not a run of them.
        let sequence = try nodesOfPages(region)
        for (page, next) in zip(sequence, sequence.dropFirst()) { #expect(page != next) }
      }
    }

    @Test func `the weights of the nodes are kept to, where the kernel has them`() throws {
      guard let nodes = severalNodes() else { return }
      let pair = Array(nodes.prefix(2))
      let options = RegionOptions(byteCount: 4 << 20, placement: .weightedInterleave(over: pair))
      guard weight(pair[0]) != nil else {
        let error = #expect(throws: RegionError.self) { try MemoryRegion(options) }
        #expect(error?.kind == .policyUnsupported)
        #expect(error?.detail.contains("Linux 6.9") == true)
        var allowing = options
        allowing.allowing = .placement
        let region = try MemoryRegion(allowing)
        #expect(region.granted.placement == .none)
        #expect(region.granted.unmet.map(\.reason.kind) == [.policyUnsupported])
        return cannotTest("weighted-interleave", because: "this kernel is older than 6.9")
      }
      let weights = try pair.map { try #require(weight($0)) }
      defer { for (node, weight) in zip(pair, weights) { setWeight(node, weight) } }
      for (first, second) in [(1, 1), (3, 1), (2, 5)] {
        guard setWeight(pair[0], first), setWeight(pair[1], second) else {
          return cannotTest("weighted-interleave", because: "weights cannot be set (not root?)")
        }
        let region = try MemoryRegion(options)
        #expect(region.granted.placementCheck == .everyPage)
        let found = try pagesByNode(region)
        #expect(Set(found.keys) == Set(pair))
        let expected = 1024 * first / (first + second)
        #expect(abs(found[pair[0], default: 0] - expected) <= max(first, second))
      }
    }

    private func path(_ node: NUMANode) -> String {
      "/sys/kernel/mm/mempolicy/weighted_interleave/node\(node.number)"
    }

    private func weight(_ node: NUMANode) -> Int? { SystemCalls.linux.number(path(node)) }

    @discardableResult
    private func setWeight(_ node: NUMANode, _ weight: Int) -> Bool {
      writeNumber(weight, to: path(node))
    }
  }
}
