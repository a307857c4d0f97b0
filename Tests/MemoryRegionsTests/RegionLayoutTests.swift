import MemoryRegions
import Testing

@Suite struct RegionLayoutTests {
  @Test(arguments: [
    (4096, 0), (8192, 1), (12288, 1), (64 << 20, 14), (1 << 30, 18), (3 << 30, 18), (1 << 40, 18),
  ])
  func `the largest order is what the region holds, at most 18`(byteCount: Int, order: Int) throws {
    let layout = try RegionLayout(RegionOptions(byteCount: byteCount))
    #expect(layout.largestOrder == order)
    #expect(layout.alignment == 4096 << order)
    #expect(layout.initiallyCommitted == byteCount)
  }

  @Test(arguments: [0, -1, -4096, 1, 4095, 4097, Int.min, Int.max])
  func `sizes are positive multiples of the page`(byteCount: Int) {
    let error = #expect(throws: RegionError.self) {
      try RegionLayout(RegionOptions(byteCount: byteCount))
    }
    #expect(error?.kind == .invalidByteCount)
    #expect(error?.description.contains("\(byteCount) bytes") == true)
  }

  @Test(arguments: [1 << 47, 1 << 62, Int.max & -4096])
  func `a region fits into the address space`(byteCount: Int) {
    let error = #expect(throws: RegionError.self) {
      try RegionLayout(RegionOptions(byteCount: byteCount))
    }
    #expect(error?.kind == .largerThanAddressSpace)
  }

  @Test(arguments: [-4096, 1, 8193, 12288, Int.max])
  func `committed bytes are whole pages of what is reserved`(committed: Int) {
    let error = #expect(throws: RegionError.self) {
      try RegionLayout(RegionOptions(byteCount: 8192, initiallyCommitted: committed))
    }
    #expect(error?.kind == .invalidCommitSize)
  }

  @Test(arguments: [-1, 36, 63, 64, Int.max, Int.min])
  func `orders outside 0 to 35 are refused`(order: Int) {
    let error = #expect(throws: RegionError.self) {
      try RegionLayout(RegionOptions(byteCount: 8192, largestOrder: order))
    }
    #expect(error?.kind == .invalidLargestOrder)
    #expect(error?.detail == "order \(order)")
  }

  @Test func `an order beyond the region is the caller's choice of alignment`() throws {
    let layout = try RegionLayout(RegionOptions(byteCount: 4096, largestOrder: 9))
    #expect(layout.alignment == 2 << 20)
  }

  @Test func `huge pages from the pool are whole, reserved and committed`() throws {
    for (byteCount, committed) in [(3 << 20, 0), (4 << 20, 1 << 20), (4 << 20, 4096)] {
      let error = #expect(throws: RegionError.self) {
        try RegionLayout(
          RegionOptions(
            byteCount: byteCount, initiallyCommitted: committed, backing: .hugePages2MiB))
      }
      #expect(error?.kind == .notWholeHugePages)
    }
    let layout = try RegionLayout(
      RegionOptions(byteCount: 1 << 30, largestOrder: 3, backing: .hugePages1GiB))
    #expect(layout.alignment == 1 << 30)
    #expect(layout.largestOrder == 3)
  }

  @Test func `transparent huge pages take any size, on an aligned base`() throws {
    let layout = try RegionLayout(
      RegionOptions(byteCount: 12288, largestOrder: 0, backing: .transparentHugePages))
    #expect(layout.alignment == 2 << 20)
  }
}
