import MemoryRegions
import MemoryTestSupport
import Synchronization
import SystemPackage
import Testing

@Suite struct NUMATopologyQuestionsTests {
  @Test func `the nearest come first, and only those that can be used`() throws {
    let four = try #require(NUMATopology.fromSystemFiles(FakeMachine.four().table))
    #expect(four.nearest(to: 0) == [0, 2, 3])
    #expect(four.nearest(to: 3) == [3, 2, 0])
    #expect(four.nearest(to: 7) == [0, 2, 3])
    let limited = FakeMachine.four(allowed: [2, 3])
    let topology = try #require(NUMATopology.fromSystemFiles(limited.table))
    #expect(topology.nearest(to: 0) == [2, 3])
  }

  @Test func `equally near ones by number, and unknown ones last`() {
    let nodes = [0, 1, 2, 5].map { number in
      NUMATopology.Node(
        node: NUMANode(number), cpus: [], totalByteCount: nil,
        distances: number == 1 ? [1: 10, 5: 20, 2: 20] : [:])
    }
    let topology = NUMATopology(nodes: nodes, source: .systemFiles)
    #expect(topology.nearest(to: 1) == [1, 2, 5, 0])
    #expect(topology.nearest(to: 2) == [0, 1, 2, 5])
    #expect(topology.nearest(to: 99) == [0, 1, 2, 5])
  }

  @Test func `a processor is near to one node`() throws {
    let topology = try #require(NUMATopology.fromSystemFiles(FakeMachine.four().table))
    #expect([0, 1, 2, 3, 4, 5].map { topology.node(ofProcessor: $0) } == [0, 0, 2, 7, 2, nil])
  }

  @Test func `a device is near to the node that /sys says, or to none`() {
    let root = "/sys/bus/pci/devices"
    let table = SystemCalls.linux.seeing(only: [
      "\(root)/0000:3b:00.0/numa_node": "1\n", "\(root)/0000:00:1f.0/numa_node": "-1\n",
      "/sys/secret/numa_node": "1\n",
    ])
    let node = NUMATopology.node(ofPCIDevice: "0000:3b:00.0", table)
    #expect(node == (NUMATopology.isCompiledIn ? 1 : 0))
    // Written as people write it.
    #expect(NUMATopology.node(ofPCIDevice: "0000:3B:00.0", table) == node)
    #expect(NUMATopology.node(ofPCIDevice: "0000:00:1f.0", table) == nil)
    #expect(NUMATopology.node(ofPCIDevice: "0000:99:00.0", table) == nil)
    #expect(NUMATopology.node(ofPCIDevice: "../../../secret", table) == nil)
  }

  @Test func `this thread's node is that of its processor`() {
    let topology = NUMATopology.current
    for processor in Processors.usable {
      let (seen, expected) = onProcessor(processor, topology)
      #expect(seen == expected, "processor \(processor)")
    }
    let machine = FakeMachine.four()
    machine.run(on: 7)
    #expect(NUMANode.current(machine.table) == (NUMATopology.isCompiledIn ? 7 : 0))
    var table = SystemCalls.linux
    table.processorNode = { () throws(Errno) in throw .noFunction }
    #expect(NUMANode.current(table) == 0)
  }

  /// A thread of its own, which is not moved back.
  private func onProcessor(
    _ processor: Int, _ topology: NUMATopology
  ) -> (seen: NUMANode, expected: NUMANode?) {
    let seen = Holder()
    RunningThread {
      Processors.move(to: processor)
      seen.set(.current)
    }.wait()
    return (seen.node, topology.node(ofProcessor: processor))
  }
}

/// What a thread found.
private final class Holder: Sendable {
  private let found = Mutex<NUMANode>(-1)

  var node: NUMANode { found.withLock { $0 } }

  func set(_ node: NUMANode) { found.withLock { $0 = node } }
}
