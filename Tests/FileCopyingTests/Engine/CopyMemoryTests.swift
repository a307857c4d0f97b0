import FileCopying
import IOPages
import Testing

@Suite struct CopyMemoryTests {
  struct Case {
    let region: Int, block: Int, blockCount: Int
    let backing: Backing
    let committed: Int
  }

  static let cases: [Case] = [
    Case(
      region: 64 << 20, block: 256 << 10, blockCount: 8, backing: .basePages, committed: 2 << 20),
    Case(
      region: 64 << 20, block: 256 << 10, blockCount: 1, backing: .basePages, committed: 256 << 10),
    Case(region: 1 << 20, block: 256 << 10, blockCount: 8, backing: .basePages, committed: 1 << 20),
    // Each block is placed as the next power of two.
    Case(
      region: 64 << 20, block: 12_288, blockCount: 3, backing: .basePages, committed: 3 * 16_384),
    Case(
      region: 50 << 20, block: 40 << 20, blockCount: 1, backing: .basePages, committed: 50 << 20),
    // Whole huge pages, as far as the region goes.
    Case(
      region: 64 << 20, block: 256 << 10, blockCount: 1, backing: .transparentHugePages,
      committed: 2 << 20),
    Case(
      region: 1 << 20, block: 256 << 10, blockCount: 1, backing: .transparentHugePages,
      committed: 1 << 20),
    Case(
      region: 64 << 20, block: 256 << 10, blockCount: 9, backing: .hugePages2MiB, committed: 4 << 20
    ),
    Case(region: 2 << 30, block: 4096, blockCount: 1, backing: .hugePages1GiB, committed: 1 << 30),
    // Sizes that no machine has do not overflow.
    Case(
      region: Int.max, block: Int.max, blockCount: Int.max, backing: .basePages, committed: Int.max),
    Case(
      region: 1 << 62, block: 1 << 40, blockCount: Int.max, backing: .hugePages1GiB,
      committed: 1 << 62),
    // What cannot be is left to the region.
    Case(region: 0, block: 4096, blockCount: 1, backing: .basePages, committed: 0),
    Case(region: -4096, block: 4096, blockCount: 1, backing: .basePages, committed: -4096),
  ]

  @Test(arguments: cases)
  func commitsWhatTheBlocksCanTake(expected: Case) {
    var options = CopyOptions()
    options.regionByteCount = expected.region
    options.blockByteCount = expected.block
    options.backing = expected.backing
    #expect(
      CopyMemory.committedByteCount(options, blockCount: expected.blockCount)
        == expected.committed)
  }

  @Test(arguments: [(4096, 8), (12_288, 5), (256 << 10, 3), (20_480, 7)])
  func thereIsRoomForAllBlocks(block: Int, blockCount: Int) throws {
    var options = CopyOptions()
    options.blockByteCount = block
    let memory = try CopyMemory(options, blockCount: blockCount)
    #expect(memory.region.granted.isExcludedFromForks)
    #expect(memory.region.byteCount == options.regionByteCount)
    var blocks = UniqueArray<IOPage>(minimumCapacity: blockCount)
    for _ in 0..<blockCount {
      blocks.append(try memory.pool.allocate(pages: block / IOPage.pageSize))
    }
    #expect(blocks.count == blockCount)
  }

  @Test(arguments: [0, -4096, 4097])
  func aRegionThatCannotBeIsTheRegionsError(byteCount: Int) {
    var options = CopyOptions()
    options.regionByteCount = byteCount
    options.blockByteCount = 4096
    let error = #expect(throws: CopyError.self) { _ = try CopyMemory(options, blockCount: 1) }
    guard case .region(let refusal) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(refusal.kind == .invalidByteCount)
  }
}
