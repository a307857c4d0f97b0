import MemoryRegions
import Testing

@Suite struct MemoryControlGroupTests {
  @Test func `version 2 groups are walked to the root, those without a limit left out`() {
    let table = SystemCalls.linux.seeing(only: [
      "/proc/self/cgroup": "0::/a/b\n",
      "/sys/fs/cgroup/a/b/memory.max": "max\n",
      "/sys/fs/cgroup/a/memory.max": "1000\n",
      "/sys/fs/cgroup/a/memory.current": "1500\n",
      "/sys/fs/cgroup/memory.max": "9000\n",
      "/sys/fs/cgroup/memory.current": "2000\n",
    ])
    let groups = MemoryControlGroup.ofThisProcess(table)
    #expect(groups.map(\.directory) == ["/sys/fs/cgroup/a", "/sys/fs/cgroup"])
    #expect(groups.allSatisfy { $0.isUnified })
    #expect(groups.map { $0.limit(table) } == [1000, 9000])
    // Past its limit already.
    #expect(groups.map { $0.room(table) } == [-500, 7000])
  }

  @Test func `version 1 is found among its controllers, its path may hold colons`() {
    let table = SystemCalls.linux.seeing(only: [
      "/proc/self/cgroup": "2:cpu,memory:/a:b\n1:cpuset:/memory\n",
      "/sys/fs/cgroup/memory/a:b/memory.limit_in_bytes": "9223372036854771712\n",
      "/sys/fs/cgroup/memory/a:b/memory.usage_in_bytes": "4096\n",
    ])
    let groups = MemoryControlGroup.ofThisProcess(table)
    #expect(groups.map(\.limitPath) == ["/sys/fs/cgroup/memory/a:b/memory.limit_in_bytes"])
    #expect(groups.first?.room(table) == 9_223_372_036_854_771_712 - 4096)
  }

  @Test(arguments: ["9223372036854771712", "9223372036854775807"])
  func `more cache than usage is as much room as the limit`(limit: String) {
    let directory = "/sys/fs/cgroup/memory"
    let table = SystemCalls.linux.seeing(only: [
      "/proc/self/cgroup": "2:memory:/\n",
      directory + "/memory.limit_in_bytes": limit + "\n",
      directory + "/memory.usage_in_bytes": "4096\n",
      directory + "/memory.stat": "total_active_file 8192\ntotal_inactive_file 8192\n",
    ])
    let groups = MemoryControlGroup.ofThisProcess(table)
    #expect(groups.map { $0.room(table) } == [Int(limit)])
  }

  @Test func `no cgroups, no limits`() {
    #expect(MemoryControlGroup.ofThisProcess(SystemCalls.linux.seeing(only: [:])).isEmpty)
    let odd = SystemCalls.linux.seeing(only: ["/proc/self/cgroup": "nonsense\n::\n"])
    #expect(MemoryControlGroup.ofThisProcess(odd).isEmpty)
  }
}
