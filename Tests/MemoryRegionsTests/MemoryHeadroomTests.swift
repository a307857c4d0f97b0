import MemoryRegions
import Testing

@Suite struct MemoryHeadroomTests {
  static let files = [
    "/proc/meminfo": "MemTotal: 100 kB\nMemAvailable: 64 kB\n",
    "/proc/self/cgroup": "4:cpu:/x\n3:memory:/outer/inner\n0::/\n",
    "/sys/fs/cgroup/memory/outer/memory.limit_in_bytes": "40960\n",
    "/sys/fs/cgroup/memory/outer/memory.usage_in_bytes": "20480\n",
    "/sys/fs/cgroup/memory/outer/memory.stat":
      "cache 1\ntotal_active_file 4096\ntotal_inactive_file 4096\n",
    "/sys/devices/system/node/has_memory": "0-1\n",
    "/sys/devices/system/node/node1/meminfo":
      "Node 1 MemTotal: 50 kB\nNode 1 MemFree: 8 kB\nNode 1 SReclaimable: 4 kB\n",
  ]

  private func refusal(
    _ byteCount: Int, without absent: String = "", nodes: Set<NUMANode>? = nil,
    permitted: String? = nil
  ) -> String? {
    var files = Self.files.filter { absent.isEmpty || !$0.key.contains(absent) }
    files["/proc/self/status"] = permitted.map { "Mems_allowed_list:\t\($0)\n" }
    let headroom = MemoryHeadroom(SystemCalls.linux.seeing(only: files), nodes: nodes)
    do throws(RegionError) {
      try headroom.check(byteCount)
      return nil
    } catch {
      let isNodes = error.detail.hasSuffix(" within node 1")
      #expect(error.kind == (isNodes ? .notEnoughMemoryOnNodes : .notEnoughMemory))
      return error.detail
    }
  }

  @Test func `the tightest bound counts, page cache gives way`() {
    #expect(refusal(28672) == nil)
    #expect(
      refusal(28673) == "28673 bytes needed, 28672 within "
        + "/sys/fs/cgroup/memory/outer/memory.limit_in_bytes")
    #expect(refusal(65536, without: "cgroup") == nil)
    #expect(
      refusal(65537, without: "cgroup") == "65537 bytes needed, 65536 within MemAvailable")
  }

  @Test func `nodes bound only what is bound to some of them`() {
    #expect(refusal(12288, nodes: [1]) == nil)
    #expect(refusal(12289, nodes: [1]) == "12289 bytes needed, 12288 within node 1")
    #expect(refusal(12289, nodes: [0, 1]) == nil)
    // Node 0 hides its figures: then nobody knows.
    #expect(refusal(12289, nodes: [0]) == nil)
  }

  @Test func `a cpuset bounds what is bound to no node`() {
    #expect(refusal(12288, permitted: "1") == nil)
    let full = "12289 bytes needed, 12288 within node 1, all that the cpuset permits"
    #expect(refusal(12289, permitted: "1") == full)
    // More than there are, or all of them: the machine's memory is the bound.
    #expect(refusal(12289, permitted: "0-7") == nil)
    // What is bound to nodes is bounded by these, whatever else the cpuset permits.
    #expect(refusal(12289, nodes: [1], permitted: "1") == "12289 bytes needed, 12288 within node 1")
    #expect(refusal(12289, nodes: [0, 1], permitted: "0-1") == nil)
  }

  @Test func `what cannot be read bounds nothing`() {
    let headroom = MemoryHeadroom(SystemCalls.linux.seeing(only: [:]), nodes: nil)
    #expect(throws: Never.self) { try headroom.check(.max) }
  }
}
