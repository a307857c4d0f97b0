import MemoryRegions
import MemoryTestSupport
import Testing

extension OnNodesTests {
  /// The topology beside what /sys says, read in another way.
  @Suite struct TopologyOnNodesTests {
    @Test func `distances, CPUs and memory are those of the kernel`() throws {
      guard severalNodes() != nil else { return }
      let topology = NUMATopology.current
      #expect(topology.source == .libnuma)
      let online = try #require(SystemCalls.linux.numberList("/sys/devices/system/node/online"))
      #expect(topology.nodes.map(\.node.number) == online)
      for node in topology.nodes {
        let directory = "/sys/devices/system/node/node\(node.node.number)"
        let distances = try words(directory + "/distance").map { try #require(Int($0)) }
        #expect(topology.nodes.map { node.distances[$0.node] } == distances)
        #expect(node.distances[node.node] == 10)
        #expect(node.cpus == SystemCalls.linux.numberList(directory + "/cpulist") ?? [])
        if NUMATopology.nodesWithMemory(.linux).contains(node.node) {
          let memory = try #require(NodeMemory(node.node, .linux))
          #expect(node.totalByteCount == memory.totalByteCount)
        }
      }
    }

    @Test func `a node may have memory and no CPU`() throws {
      guard let nodes = severalNodes() else { return }
      let memoryOnly = NUMATopology.current.nodes.filter {
        $0.cpus.isEmpty && nodes.contains($0.node)
      }
      guard !memoryOnly.isEmpty else {
        return cannotTest("memory-only-node", because: "each node has CPUs")
      }
      for node in memoryOnly {
        #expect(try #require(node.totalByteCount) > 0)
        let region = try MemoryRegion(
          RegionOptions(byteCount: 1 << 20, placement: .bind(to: node.node)))
        #expect(try pagesByNode(region) == [node.node: 256])
      }
    }

    @Test func `the CPUs of all nodes are those that run`() throws {
      guard severalNodes() != nil else { return }
      let cpus = NUMATopology.current.nodes.flatMap(\.cpus)
      #expect(
        cpus.sorted() == SystemCalls.linux.numberList("/sys/devices/system/cpu/online") ?? [])
      #expect(Set(cpus).count == cpus.count, "no CPU is near to two nodes")
    }

    private func words(_ path: String) throws -> [Substring] {
      try SystemCalls.linux.readFile(path).split { $0 == " " || $0 == "\n" }
    }
  }
}
