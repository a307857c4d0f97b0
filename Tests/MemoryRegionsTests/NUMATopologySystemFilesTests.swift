import MemoryRegions
import SystemPackage
import Testing

@Suite struct NUMATopologySystemFilesTests {
  @Test func `numbers with gaps, memory without processors and processors without memory`() throws {
    let topology = try #require(NUMATopology.fromSystemFiles(FakeMachine.four().table))
    #expect(topology.nodes.map(\.node) == [0, 2, 3, 7])
    #expect(topology.nodes.map(\.cpus) == [[0, 1], [2, 4], [], [3]])
    #expect(topology.nodes.map(\.hasMemory) == [true, true, true, false])
    #expect(topology.nodes.map(\.isMemoryOnly) == [false, false, true, false])
    #expect(topology.nodes[0].totalByteCount == 1 << 30)
    #expect(topology.nodes[0].freeByteCount == 1 << 30)
    #expect(topology.nodes[3].totalByteCount == 0)
    #expect(topology.nodes[1].distances == [0: 21, 2: 10, 3: 24, 7: 31])
    #expect(topology.allowedNodes == [0, 2, 3])
    #expect(topology.source == .systemFiles)
  }

  @Test func `a cpuset limits the nodes to take memory from, not those there are`() throws {
    let machine = FakeMachine.four(allowed: [2, 7])
    let topology = try #require(NUMATopology.fromSystemFiles(machine.table))
    #expect(topology.nodes.count == 4)
    #expect(topology.allowedNodes == [2])
  }

  @Test func `each node has its share of the huge pages`() throws {
    let directory = "/sys/devices/system/node/node1/hugepages/hugepages-2048kB"
    let table = FakeMachine.two().table.seeing([
      directory + "/nr_hugepages": "8\n", directory + "/free_hugepages": "5\n",
    ])
    let topology = try #require(NUMATopology.fromSystemFiles(table))
    #expect(topology.nodes[0].hugePages.isEmpty)
    #expect(topology.nodes[1].hugePages.map(\.totalCount) == [8])
    #expect(topology.nodes[1].hugePages.map(\.freeCount) == [5])
  }

  @Test func `what is hidden is unknown, never guessed`() throws {
    let table = SystemCalls.linux.seeing(only: ["/sys/devices/system/node/online": "0-1\n"])
    let topology = try #require(NUMATopology.fromSystemFiles(table))
    #expect(topology.nodes.map(\.totalByteCount) == [nil, nil])
    #expect(topology.nodes.allSatisfy { $0.distances.isEmpty && $0.cpus.isEmpty })
    #expect(topology.nodes.allSatisfy { !$0.isMemoryOnly })
    #expect(topology.allowedNodes == [0, 1])
    #expect(NUMATopology.fromSystemFiles(SystemCalls.linux.seeing(only: [:])) == nil)
  }

  @Test func `a row of distances of another length is not believed`() throws {
    let table = FakeMachine.two().table.seeing([
      "/sys/devices/system/node/node1/distance": "20 10 30\n"
    ])
    let topology = try #require(NUMATopology.fromSystemFiles(table))
    #expect(topology.nodes[1].distances.isEmpty)
    #expect(topology.nodes[0].distances == [0: 10, 1: 20])
  }

  @Test func `on this machine they say what libnuma says`() throws {
    let topology = NUMATopology.current
    guard topology.source == .libnuma, let files = NUMATopology.fromSystemFiles(.linux) else {
      #expect(!NUMATopology.isCompiledIn || topology.source == .withoutKernelSupport)
      return
    }
    #expect(files.nodes.map(\.node) == topology.nodes.map(\.node))
    #expect(files.nodes.map(\.cpus) == topology.nodes.map(\.cpus))
    #expect(files.nodes.map(\.distances) == topology.nodes.map(\.distances))
    #expect(files.nodes.map(\.totalByteCount) == topology.nodes.map(\.totalByteCount))
    #expect(files.allowedNodes == topology.allowedNodes)
  }
}
