import Glibc
import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct FaultSweepTests {
  /// Exactly what fails in an operation may fail, and nothing else happens.
  @Test(arguments: SweptOperation.all.indices)
  func `each call fails once`(index: Int) async {
    let name = SweptOperation.all[index].name
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) { [name = name as String] in
      guard let operation = SweptOperation.all.first(where: { $0.name == name }) else {
        throw Errno.noSuchFileOrDirectory
      }
      var problems = FaultSweep.problems(of: operation, with: FaultSweep.errnos)
      // The second time the heap has grown already.
      let before = ProcessHoldings.now()
      problems += FaultSweep.problems(of: operation, with: [.noMemory])
      if !operation.keepsMemory { problems += ProcessHoldings.now().excess(over: before) }
      for problem in problems { TestSeed.write("sweep: \(problem)\n") }
      TestSeed.write("sweep: end\n")
    }
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    let lines = output.split(separator: "\n").filter { $0.hasPrefix("sweep: ") }
    #expect(lines == ["sweep: end"], "\(name)")
  }

  @Test func `the operations have names of their own`() {
    #expect(Set(SweptOperation.all.map(\.name)).count == SweptOperation.all.count)
  }

  /// The page that tells processes apart is made for the first region of a process, and kept.
  @Test(arguments: 0..<3)
  func `the first region of a process fails as any other`(index: Int) async {
    await #expect(processExitsWith: .success) { [index = index as Int] in
      let options = RegionOptions(byteCount: 1 << 16)
      // The first time the heap grows.
      for isMeasured in [false, true] {
        let faults = SystemCallFaults()
        faults.fail(.number(index + 1), with: .noMemory)
        let before = ProcessHoldings.now()
        let error = #expect(throws: RegionError.self) {
          try MemoryRegion(options, systemCalls: SystemCalls.linux.failing(faults))
        }
        #expect(error?.kind == .sideTablesRefused)
        #expect(error?.call == ["mmap", "mprotect", "madvise"][index])
        if isMeasured { #expect(ProcessHoldings.now().excess(over: before) == []) }
      }
      _ = try MemoryRegion(options)
    }
  }
}
