import FileCopying
import Testing

@Suite struct CopyPlanTests {
  @Test(
    arguments: [0, 1, 4095, 4096, 4097, 8191, 8192, 8193, 65_535, 65_536, 1 << 30, Int.max],
    [4096, 8192, 12_288])
  func partsCoverTheFileWithoutGaps(byteCount: Int, block: Int) {
    let plan = CopyPlan(byteCount: byteCount, blockByteCount: block)
    #expect(plan.blockCount == byteCount / block + (byteCount % block == 0 ? 0 : 1))
    // The ends of a very large file say as much as all of it.
    let indices = plan.blockCount <= 64 ? Array(0..<plan.blockCount) : [0, 1, plan.blockCount - 1]
    for index in indices {
      let isLast = index == plan.blockCount - 1
      #expect(plan[index].lowerBound == index * block)
      #expect(isLast ? plan[index].upperBound == byteCount : plan[index].count == block)
      #expect(!plan[index].isEmpty)
    }
  }

  @Test(arguments: [(0, false), (1, true), (4095, true), (4096, false), (4097, true)])
  func knowsAnUnalignedTail(byteCount: Int, hasTail: Bool) {
    #expect(CopyPlan(byteCount: byteCount, blockByteCount: 4096).hasUnalignedTail == hasTail)
  }

  @Test(arguments: [(0, 0), (1, 4096), (4096, 4096), (4097, 8192)])
  func padsToWholePages(byteCount: Int, padded: Int) {
    #expect(CopyPlan.padded(byteCount) == padded)
  }

  @Test(.serialized, arguments: [0, -4096, 4095, 6000])
  func aBlockThatIsNotWholePagesTraps(block: Int) async {
    await #expect(processExitsWith: .failure) { [block] in
      _ = CopyPlan(byteCount: 1, blockByteCount: block)
    }
  }

  @Test func aBlockBeyondTheEndTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = CopyPlan(byteCount: 4096, blockByteCount: 4096)[1]
    }
  }
}
