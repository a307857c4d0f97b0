#if NUMA
  import MemoryRegions
  import MemoryTestSupport
  import Testing

  @Suite struct LibnumaTopologyTests {
    @Test func `libnuma and the kernel's list agree`() throws {
      let topology = NUMATopology.current
      guard topology.source == .libnuma else {
        return cannotTest("numa", because: "the kernel offers no NUMA")
      }
      let withMemory = topology.nodes.filter { ($0.totalByteCount ?? 0) > 0 }.map(\.node)
      #expect(Set(withMemory) == NUMATopology.nodesWithMemory(.linux))
    }

    @Test func `any thread may ask at any time`() async {
      let first = NUMATopology.current.nodes.map(\.cpus)
      await withTaskGroup(of: [[Int]].self) { group in
        for _ in 0..<16 { group.addTask { NUMATopology.current.nodes.map(\.cpus) } }
        for await cpus in group { #expect(cpus == first) }
      }
    }
  }
#endif
