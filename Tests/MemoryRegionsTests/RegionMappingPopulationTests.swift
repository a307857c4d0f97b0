import MemoryRegions
import Synchronization
import SystemPackage
import Testing

@Suite struct RegionMappingPopulationTests {
  private final class Steps: Sendable {
    let sizes = Mutex<[Int]>([])
  }

  private func counting(_ steps: Steps, failing: Errno? = nil) -> SystemCalls {
    var table = SystemCalls.linux
    table.advise = { (address, byteCount, advice) throws(Errno) in
      guard advice == .populateWrite else { return }
      steps.sizes.withLock { $0.append(byteCount) }
      if let failing { throw failing }
    }
    return table
  }

  @Test func `large commits are populated in steps`() throws {
    let steps = Steps()
    let step = RegionMapping.populationStep
    _ = try MemoryRegion(
      RegionOptions(byteCount: 2 * step + 4096), systemCalls: counting(steps))
    #expect(steps.sizes.withLock { $0 } == [step, step, 4096])
  }

  @Test func `nothing is populated that is left to the first touch`() throws {
    let steps = Steps()
    let region = try MemoryRegion(
      RegionOptions(byteCount: 1 << 20, population: .none), systemCalls: counting(steps))
    #expect(steps.sizes.withLock { $0 } == [])
    #expect(!region.granted.isPopulated)
  }

  @Test func `a refusal names the call, and may be allowed`() throws {
    let table = counting(Steps(), failing: .badAddress)
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion(RegionOptions(byteCount: 1 << 20), systemCalls: table)
    }
    #expect(error?.kind == .populationRefused)
    #expect(error?.errno == .badAddress)
    let region = try MemoryRegion(
      RegionOptions(byteCount: 1 << 20, allowing: .population), systemCalls: table)
    #expect(!region.granted.isPopulated)
    #expect(region.granted.unmet.map(\.reason.kind) == [.populationRefused])
  }

  @Test func `a cgroup without room is noticed before the kernel acts on it`() throws {
    let table = SystemCalls.linux.seeing([
      "/proc/self/cgroup": "0::/tight\n",
      "/sys/fs/cgroup/tight/memory.max": "\(96 << 20)\n",
      "/sys/fs/cgroup/tight/memory.current": "\(64 << 20)\n",
      "/sys/fs/cgroup/tight/memory.stat": "anon 1\nactive_file 4096\ninactive_file 4096\n",
    ])
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion(RegionOptions(byteCount: 48 << 20), systemCalls: table)
    }
    #expect(error?.kind == .notEnoughMemory)
    #expect(error?.detail.contains("/sys/fs/cgroup/tight/memory.max") == true)
    let region = try MemoryRegion(RegionOptions(byteCount: 32 << 20), systemCalls: table)
    #expect(region.granted.isPopulated)
  }

  @Test func `want of huge pages is told with the command that helps`() throws {
    var table = SystemCalls.linux.seeing([
      "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages": "8\n",
      "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages": "5\n",
      "/sys/kernel/mm/hugepages/hugepages-2048kB/resv_hugepages": "1\n",
      "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages": "0\n",
    ])
    let linux = table
    table.map = { (mapping, byteCount) throws(Errno) in
      if case .hugePages = mapping { throw .noMemory }
      return try linux.map(mapping, byteCount)
    }
    let system = table
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion(
        RegionOptions(byteCount: 20 << 20, backing: .hugePages2MiB), systemCalls: system)
    }
    #expect(error?.kind == .hugePagesUnavailable)
    #expect(
      error?.detail == "10 of 2 MiB needed, 5 free of which 1 are promised; reserve 10 huge pages: "
        + "sysctl vm.nr_hugepages=14")
    // Four are free and not promised: reserving more would not help.
    let limited = #expect(throws: RegionError.self) {
      try MemoryRegion(
        RegionOptions(byteCount: 8 << 20, backing: .hugePages2MiB), systemCalls: system)
    }
    #expect(limited?.detail.contains("reserve") == false)
    #expect(limited?.detail.contains("hugetlb.2MB.max") == true)
    let gigantic = #expect(throws: RegionError.self) {
      try MemoryRegion(
        RegionOptions(byteCount: 1 << 30, backing: .hugePages1GiB), systemCalls: system)
    }
    #expect(
      gigantic?.detail.hasSuffix(
        "echo 1 > /sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages") == true)
  }
}
