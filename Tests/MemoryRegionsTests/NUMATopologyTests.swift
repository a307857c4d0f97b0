import MemoryRegions
import Testing

@Suite struct NUMATopologyTests {
  @Test func `this machine has a node with memory and this process's CPUs`() throws {
    let topology = NUMATopology.current
    #expect(!topology.nodes.isEmpty)
    #expect(topology.nodes.map(\.node) == topology.nodes.map(\.node).sorted())
    #expect(topology.nodes.contains { !$0.cpus.isEmpty })
    #expect(topology.nodes.contains { ($0.totalByteCount ?? 0) > 0 })
    for node in topology.nodes {
      if let free = node.freeByteCount, let total = node.totalByteCount { #expect(free <= total) }
      #expect(node.distances[node.node] == 10)
    }
    #expect((topology.source == .withoutLibnuma) == !NUMATopology.isCompiledIn)
  }

  @Test func `without /sys and /proc there is one node, of which nothing is known`() {
    let node = NUMATopology.singleNode(SystemCalls.linux.seeing(only: [:]))
    #expect(node.node == 0)
    #expect(node.cpus.isEmpty)
    #expect(node.totalByteCount == nil && node.freeByteCount == nil)
    #expect(node.hugePages.isEmpty)
  }

  @Test func `nodes with memory need not be dense`() {
    let table = SystemCalls.linux.seeing(only: ["/sys/devices/system/node/has_memory": "0,2-3\n"])
    #expect(NUMATopology.nodesWithMemory(table) == [0, 2, 3])
    #expect(NUMATopology.nodesWithMemory(SystemCalls.linux.seeing(only: [:])) == [0])
  }
}
