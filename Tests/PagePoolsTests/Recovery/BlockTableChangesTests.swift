import Glibc
import MemoryTestSupport
import Testing

@testable import PagePools

@Suite struct BlockTableChangesTests {
  @Test func restsOfABlockAreBlocksWithItsTag() throws {
    let test = TestTable(pageCount: 200, largestOrder: 7)
    defer { test.keep() }
    test.table.add(0..<100, tag: 7)
    test.table.remove(10..<20)
    #expect(
      try test.table.blocks() == [
        RecoveredBlock(tag: AllocationTag(value: 7), pages: 0..<10),
        RecoveredBlock(tag: AllocationTag(value: 7), pages: 20..<100),
      ])
    test.table.remove(99..<100)
    test.table.remove(20..<21)
    test.table.remove(0..<10)
    #expect(
      try test.table.blocks() == [RecoveredBlock(tag: AllocationTag(value: 7), pages: 21..<99)])
  }

  @Test func pagesOfSeveralBlocksAreGivenBackAtOnce() throws {
    let test = TestTable(pageCount: 130, largestOrder: 6)
    defer { test.keep() }
    test.table.add(0..<64, tag: 1)
    test.table.add(64..<66, tag: 0)
    test.table.add(66..<100, tag: .max)
    test.table.remove(60..<90)
    #expect(
      try test.table.blocks() == [
        RecoveredBlock(tag: AllocationTag(value: 1), pages: 0..<60),
        RecoveredBlock(tag: AllocationTag(value: .max), pages: 90..<100),
      ])
  }

  /// A free of pages that are in no block leaves the table as it is.
  @Test(arguments: [0..<1, 7..<9, 9..<13, 10..<30, 25..<26])
  func aFreeOfWhatIsInNoBlockTraps(pages: Range<Int>) async {
    await #expect(processExitsWith: .trap) {
      [first = pages.lowerBound as Int, end = pages.upperBound as Int] in
      let test = TestTable(pageCount: 100)
      test.table.add(8..<12, tag: 1)
      test.table.add(16..<18, tag: 2)
      test.table.afterStore = { exit(EXIT_SUCCESS) }
      test.table.remove(first..<end)
      test.keep()
    }
  }

  @Test(arguments: [64, 127, 128, 300])
  func anySequenceLeavesTheBlocksOfTheModel(pageCount: Int) throws {
    var random = SplitMix64(seed: TestSeed.choose(for: "block table of \(pageCount) pages"))
    let test = TestTable(pageCount: pageCount)
    defer { test.keep() }
    var model = BlockModel()
    for _ in 0..<2000 {
      let change = TableChange.random(
        model, pageCount: pageCount, largestOrder: 5, using: &random)
      change.perform(on: test.table)
      change.perform(on: &model)
      guard try test.table.blocks() == model.list else {
        Issue.record("\(change) left \(try test.table.blocks()), not \(model.list)")
        return
      }
    }
    #expect(try test.table.standingIntent() == nil)
  }

  @Test func aLargeBlockCostsAsFewStoresAsASmallOne() {
    let test = TestTable(pageCount: 1 << 12, largestOrder: 12)
    defer { test.keep() }
    let small = test.states { $0.add(0..<1, tag: 1) }.count
    test.table.remove(0..<1)
    let large = test.states { $0.add(0..<1 << 12, tag: 1) }.count
    #expect(small == large)
    #expect(large <= 12)
  }
}
