import Foundation
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

    @Test func `each CPU knows its node, and a thread that is moved is on another`() throws {
      guard severalNodes() != nil else { return }
      let topology = NUMATopology.current
      for node in topology.nodes {
        for cpu in node.cpus {
          #expect(topology.node(ofProcessor: cpu) == node.node)
          #expect(try onProcessor(cpu) { NUMANode.current } == node.node)
        }
      }
      let everywhere = try topology.nodes.flatMap(\.cpus).map { cpu in
        (cpu, try #require(topology.node(ofProcessor: cpu)))
      }
      onThreads(1) { _ in
        for (cpu, node) in everywhere + everywhere.reversed() {
          Processors.move(to: cpu)
          #expect(NUMANode.current == node)
        }
      }
    }

    @Test func `the nearest nodes are in the order of the kernel's distances`() throws {
      guard let nodes = severalNodes() else { return }
      let topology = NUMATopology.current
      #expect(topology.allowedNodes == nodes)
      for node in topology.nodes {
        let order = topology.nearest(to: node.node)
        #expect(order.sorted() == nodes)
        if nodes.contains(node.node) { #expect(order.first == node.node) }
        // The line has a number for each node that is online, in their order.
        let words = try words("/sys/devices/system/node/node\(node.node.number)/distance")
        let distances = Dictionary(
          uniqueKeysWithValues: zip(topology.nodes.map(\.node), words.map { Int($0) }))
        let found = try order.map { next in try #require(distances[next] ?? nil) }
        #expect(found == found.sorted(), "from \(node.node): \(order)")
      }
    }

    @Test func `a device's node is told`() throws {
      guard severalNodes() != nil else { return }
      let devices = try words(listing: "/sys/bus/pci/devices")
      var near: [NUMANode: String] = [:]
      for device in devices {
        let number = SystemCalls.linux.number("/sys/bus/pci/devices/\(device)/numa_node") ?? -1
        let node = NUMATopology.node(ofPCIDevice: device)
        #expect(node?.number ?? -1 == number, "\(device)")
        if let node { near[node] = device }
      }
      guard !near.isEmpty else {
        return cannotTest("device-on-node", because: "no PCI device is near to a node")
      }
      // What a driver does: memory for its device, near to it.
      for node in near.keys {
        let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20, placement: .bind(to: node)))
        #expect(try pagesByNode(region) == [node: 256])
      }
    }

    private func words(listing directory: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: directory)
    }

    private func words(_ path: String) throws -> [Substring] {
      try SystemCalls.linux.readFile(path).split { $0 == " " || $0 == "\n" }
    }
  }
}
