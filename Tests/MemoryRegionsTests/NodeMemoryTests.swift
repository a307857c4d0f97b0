import MemoryRegions
import Testing

@Suite struct NodeMemoryTests {
  @Test func `page cache and slabs count as available`() throws {
    let table = SystemCalls.linux.seeing(only: [
      "/sys/devices/system/node/node3/meminfo": """
      Node 3 MemTotal: 100 kB
      Node 3 MemFree: 10 kB
      Node 3 Active(file): 3 kB
      Node 3 Inactive(file): 4 kB
      Node 3 SReclaimable: 5 kB
      """
    ])
    let memory = try #require(NodeMemory(3, table))
    #expect(memory.totalByteCount == 100 << 10)
    #expect(memory.freeByteCount == 10 << 10)
    #expect(memory.availableByteCount == 22 << 10)
    #expect(NodeMemory(0, table) == nil)
  }
}
