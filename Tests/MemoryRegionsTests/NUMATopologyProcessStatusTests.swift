import SystemPackage
import Testing

@testable import MemoryRegions

@Suite struct NUMATopologyProcessStatusTests {
  private func table(_ list: String?, policy errno: Errno = .badAddress) -> SystemCalls {
    var table = SystemCalls.linux.seeing(only: [
      "/proc/meminfo": "MemTotal: 8 kB\nMemFree: 4 kB\n",
      "/sys/devices/system/cpu/online": "0-1\n",
    ])
    if let list { table = table.seeing(["/proc/self/status": "Mems_allowed_list:\t\(list)\n"]) }
    table.policy = { (_) throws(Errno) in throw errno }
    return table
  }

  @Test func `without /sys the nodes are those that the process may use, and no more is known`() {
    let topology = NUMATopology.askingFiles(table("0,2-3"))
    #expect(topology.source == .processStatus)
    #expect(topology.nodes.map(\.node) == [0, 2, 3])
    #expect(topology.allowedNodes == [0, 2, 3])
    for node in topology.nodes {
      #expect(node.cpus.isEmpty && node.distances.isEmpty && node.hugePages.isEmpty)
      #expect(node.totalByteCount == nil && node.freeByteCount == nil)
      // Nobody says that it has no CPU.
      #expect(!node.isMemoryOnly && node.hasMemory)
    }
    #expect(topology.nearest(to: 2) == [0, 2, 3])
  }

  @Test(arguments: [Errno.badAddress, .notPermitted])
  func `node 0 alone is known of a kernel that has policies`(errno: Errno) {
    let topology = NUMATopology.askingFiles(table("0", policy: errno))
    #expect(topology.source == .processStatus)
    #expect(topology.nodes.map(\.totalByteCount) == [nil])
  }

  @Test func `a kernel without NUMA has one node with everything`() {
    for table in [table("0", policy: .noFunction), table(nil), table("")] {
      let topology = NUMATopology.askingFiles(table)
      #expect(topology.source == .withoutKernelSupport)
      #expect(topology.nodes.map(\.cpus) == [[0, 1]])
      #expect(topology.nodes.map(\.totalByteCount) == [8192])
    }
    // A call that is hidden does not hide the nodes.
    let hidden = NUMATopology.askingFiles(table("0-1", policy: .noFunction))
    #expect(hidden.source == .processStatus)
  }

  @Test func `the files of /sys say more, and are asked first`() {
    let topology = NUMATopology.askingFiles(FakeMachine.four(allowed: [2]).table)
    #expect(topology.source == .systemFiles)
    #expect(topology.nodes.count == 4)
  }

  @Test func `who knows of nodes`() {
    #expect(NUMATopology.isKnownToKernel(FakeMachine.two().table))
    #expect(NUMATopology.isKnownToKernel(table("0-1")))
    #expect(!NUMATopology.isKnownToKernel(table("0")))
    #expect(!NUMATopology.isKnownToKernel(table(nil)))
  }
}
