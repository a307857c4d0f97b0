import MemoryRegions
import Testing

@Suite struct HugePagePoolTests {
  private let table = SystemCalls.linux.seeing(only: [
    "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages": "8\n",
    "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages": "5\n",
    "/sys/kernel/mm/hugepages/hugepages-2048kB/resv_hugepages": "1\n",
    "/sys/devices/system/node/node1/hugepages/hugepages-1048576kB/nr_hugepages": "2\n",
    "/sys/devices/system/node/node1/hugepages/hugepages-1048576kB/free_hugepages": "2\n",
  ])

  @Test func `the machine's pool`() throws {
    let pool = try #require(HugePagePool(shift: 21, table))
    #expect(pool.pageByteCount == 2 << 20)
    #expect((pool.totalCount, pool.freeCount, pool.reservedCount) == (8, 5, 1))
    #expect(HugePagePool(shift: 30, table) == nil)
    #expect(HugePagePool.all(table) == [pool])
  }

  @Test func `a node's share`() throws {
    let pool = try #require(HugePagePool(shift: 30, node: 1, table))
    #expect(pool.pageByteCount == 1 << 30)
    #expect((pool.totalCount, pool.freeCount, pool.reservedCount) == (2, 2, 0))
    #expect(HugePagePool.all(node: 1, table) == [pool])
    #expect(HugePagePool.all(node: 0, table).isEmpty)
  }
}
