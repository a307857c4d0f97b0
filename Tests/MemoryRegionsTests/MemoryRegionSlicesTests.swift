import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct MemoryRegionSlicesTests {
  private func base(_ region: MemoryRegion) -> Int { Int(bitPattern: unsafe region.address) }

  @Test func `the stride is the least power of two that holds every slice and keeps it aligned`()
    throws
  {
    #expect(try MemoryRegion.sliceStride([]) == 4096)
    #expect(try MemoryRegion.sliceStride([RegionOptions(byteCount: 4096)]) == 4096)
    let three = RegionOptions(byteCount: 3 << 20)
    #expect(try MemoryRegion.sliceStride([three, RegionOptions(byteCount: 4096)]) == 4 << 20)
    #expect(try MemoryRegion.sliceStride([RegionOptions(byteCount: 4 << 20)]) == 4 << 20)
    let aligned = RegionOptions(byteCount: 4096, largestOrder: 9)
    #expect(try MemoryRegion.sliceStride([aligned]) == 2 << 20)
    #expect(throws: RegionError.self) {
      try MemoryRegion.sliceStride([RegionOptions(byteCount: 1)])
    }
  }

  @Test func `slices lie a stride apart and keep their own options`() throws {
    let options = [
      RegionOptions(byteCount: 4 << 20),
      RegionOptions(byteCount: 2 << 20, initiallyCommitted: 1 << 20, population: .none),
      RegionOptions(byteCount: 3 << 20, storage: .memfd(name: "slice")),
    ]
    let stride = 8 << 20
    let slices = try MemoryRegion.openSlices(options, stride: stride)
    #expect(slices.map(base).map { $0 - base(slices[0]) } == [0, stride, 2 * stride])
    #expect(slices.map(\.byteCount) == options.map(\.byteCount))
    #expect(slices.map(\.granted.isPopulated) == [true, false, true])
    for slice in slices {
      let largest = 4096 << slice.granted.largestOrder
      #expect(base(slice) % largest == 0)
      let last = unsafe word(at: base(slice) + slice.committedByteCount - 8)
      // Committed, while the slice lives.
      unsafe last.pointee = 7
      #expect(unsafe last.pointee == 7)
    }
    try slices[1].commit(pages: 256)
    #expect(slices[1].committedByteCount == 2 << 20)
  }

  @Test func `the address space goes with the last slice, each one's memory with itself`() throws {
    let journal = CallJournal()
    let table = journal.table()
    let options = RegionOptions(byteCount: 1 << 20)
    var slices = try MemoryRegion.openSlices(
      [options, options, options], stride: 1 << 20, systemCalls: table)
    let first = base(slices[0])
    #expect(try SystemCalls.linux.residentPages(first..<first + 3 << 20) == 768)
    slices.remove(at: 1)
    // The place is still reserved: nothing can be mapped there.
    #expect(throws: Errno.fileExists) {
      try SystemCalls.linux.map(.reservation(.vacant(first + 1 << 20)), 4096)
    }
    #expect(try SystemCalls.linux.residentPages(first..<first + 3 << 20) == 512)
    #expect(!journal.isBalanced)
    slices.removeFirst()
    #expect(!journal.isBalanced)
    slices.removeAll()
    #expect(journal.isBalanced)
  }

  #if NUMA
    @Test func `a slice stays on its node, which its address tells`() throws {
      let machine = FakeMachine.four()
      let slices = try MemoryRegion.openSlices(
        [
          RegionOptions(byteCount: 16 * 4096, placement: .bind(to: 0)),
          RegionOptions(byteCount: 16 * 4096, placement: .bind(to: 2, 3)),
          RegionOptions(byteCount: 16 * 4096),
        ], stride: 16 * 4096, systemCalls: machine.table)
      let placements = slices.map(\.placement)
      let policies = machine.policies.count
      for (slice, nodes) in zip(slices, [[2, 3], [0, 2], [0, 2, 3]] as [[NUMANode]]) {
        for node in nodes {
          let error = #expect(throws: RegionError.self) { try slice.migrate(to: node) }
          #expect(error?.kind == .partOfPoolSet)
          #expect(error?.description.contains("set on other nodes") == true)
        }
      }
      #expect(slices.map(\.placement) == placements)
      #expect(machine.policies.count == policies)
      // To bring back what may have strayed is no move.
      #expect(try slices[0].migrate(to: 0).alreadyThere == 16)
    }
  #endif

  @Test func `a reservation beyond the address space is refused`() {
    let options = RegionOptions(byteCount: 1 << 46, initiallyCommitted: 0)
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion.openSlices([options, options], stride: 1 << 46)
    }
    #expect(error?.kind == .largerThanAddressSpace)
  }

  @Test(arguments: [3 << 20, 1 << 20])
  func `a stride that cannot be is a trap`(stride: Int) async {
    await #expect(processExitsWith: .trap) { [stride] in
      let options = RegionOptions(byteCount: 2 << 20)
      _ = try MemoryRegion.openSlices([options, options], stride: stride)
    }
  }

  @Test func `a forked child unmaps nothing of slices`() async {
    await #expect(processExitsWith: .success) {
      let options = RegionOptions(byteCount: 1 << 20)
      let journal = CallJournal()
      var slices = try MemoryRegion.openSlices(
        [options, options], stride: 1 << 20, systemCalls: journal.table())
      let status = statusOfForkedChild {
        journal.arm(failing: .max)
        slices.removeAll()
        return journal.names.isEmpty ? 0 : 1
      }
      #expect(status == 0)
      slices.removeAll()
      #expect(journal.isBalanced)
    }
  }
}
