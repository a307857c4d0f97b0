import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct SystemLimitsTests {
  @Test func `this machine's limits are those that its kernel tells elsewhere`() throws {
    let limits = SystemLimits.current
    let maps = try #require(SystemCalls.linux.keyedSizes("/proc/self/smaps"))
    #expect(limits.pageByteCount == maps["KernelPageSize"])
    // "Max locked memory   8388608   8388608   bytes", or "unlimited".
    let words = try #require(
      SystemCalls.linux.readFile("/proc/self/limits").split(separator: "\n")
        .first { $0.hasPrefix("Max locked memory") }
    ).split(separator: " ")
    try #require(words.count > 3)
    #expect(limits.lockLimit == Int(words[3]))
    let sizes = try #require(SystemCalls.linux.keyedSizes("/proc/meminfo"))
    let total = try #require(sizes["MemTotal"])
    let available = try #require(limits.availableByteCount)
    #expect(available > 0 && available <= total)
  }

  @Test func `what is hidden is absent`() {
    var table = SystemCalls.linux.seeing(only: [:])
    table.lockLimit = { () throws(Errno) in .max }
    table.bind = { (_, _, _) throws(Errno) in throw .noFunction }
    let limits = SystemLimits(table)
    #expect(limits.lockLimit == nil)
    #expect(limits.canExceedLockLimit == nil)
    #expect(limits.transparentHugePages == nil)
    #expect(limits.placement == .refused(.noFunction))
    #expect(limits.hugePages.isEmpty)
    #expect(limits.availableByteCount == nil)
    #expect(limits.controlGroupLimit == nil)
  }

  @Test func `what is shown is read`() {
    let journal = CallJournal()
    let limits = SystemLimits(
      journal.table(
        over: SystemCalls.linux.seeing(only: [
          "/proc/self/status": "Name:\tx\nCapEff:\t0000000000004000\n",
          "/sys/kernel/mm/transparent_hugepage/enabled": "[always] madvise never\n",
          "/proc/meminfo": "MemAvailable: 3 kB\n",
          "/proc/self/cgroup": "0::/a\n5:memory:/\n",
          "/sys/fs/cgroup/a/memory.max": "8192\n",
          "/sys/fs/cgroup/memory.max": "4096\n",
          "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        ])))
    #expect(limits.canExceedLockLimit == true)
    #expect(limits.transparentHugePages == .always)
    #expect(limits.availableByteCount == 3072)
    #expect(limits.controlGroupLimit == 4096)
    #expect(journal.isBalanced)
  }
}
