import MemoryTestSupport
import Testing

@testable import PagePools

@Suite struct BlockTableRecoveryTests {
  private static let pageCount = 150

  /// What a table with these bytes is recovered as.
  private func recover(_ bytes: [UInt8], of test: TestTable) throws -> BlockTable.Contents {
    let found = TestTable(bytes, layout: test.table.layout)
    defer { found.keep() }
    return try found.table.recover()
  }

  /// Makes sixty random changes of a table, and lends `body` the table that each store of each of them
  /// leaves, as if its owner had been stopped there.
  private func stopAtEveryStore(
    for name: String, _ body: (TestTable, inout SplitMix64) throws -> Void
  ) throws {
    var random = SplitMix64(seed: TestSeed.choose(for: name))
    let test = TestTable(pageCount: Self.pageCount)
    defer { test.keep() }
    var model = BlockModel()
    for _ in 0..<60 {
      let change = TableChange.random(
        model, pageCount: Self.pageCount, largestOrder: 5, using: &random)
      let states = test.states { change.perform(on: $0) }
      change.perform(on: &model)
      for state in states {
        let stopped = TestTable(state, layout: test.table.layout)
        defer { stopped.keep() }
        try body(stopped, &random)
      }
    }
  }

  /// The owner is stopped after every store of every change. Up to the end of an allocation its caller
  /// has nothing; from the announcement of a free on, its caller has let go.
  @Test func everyStoreLeavesWhatTheCallersHad() throws {
    var random = SplitMix64(seed: TestSeed.choose(for: "stops at every store"))
    let test = TestTable(pageCount: Self.pageCount)
    defer { test.keep() }
    var model = BlockModel()
    for _ in 0..<150 {
      let before = model
      let change = TableChange.random(
        model, pageCount: Self.pageCount, largestOrder: 5, using: &random)
      let states = test.states { change.perform(on: $0) }
      change.perform(on: &model)
      var isDone = false
      for (number, state) in states.enumerated() {
        let contents = try recover(state, of: test)
        if case .remove(let pages) = change {
          isDone = isDone || contents.intent != nil
          if let intent = contents.intent {
            #expect(intent.operation == .free && intent.pages == pages)
          }
        } else {
          // The last store of a block, or the one before the bits of single pages are cleaned up.
          isDone = isDone || contents.blocks == model.list
          if let intent = contents.intent { #expect(intent.operation == .allocation) }
        }
        guard contents.blocks == (isDone ? model : before).list else {
          Issue.record("\(change) stopped after store \(number) left \(contents)")
          return
        }
      }
      #expect(isDone && states.count > 3)
    }
  }

  /// Who recovers is stopped after every store as well, and the next one finds the same.
  @Test func recoveryCanBeInterruptedAtEveryStore() throws {
    var stops = 0
    try stopAtEveryStore(for: "stops in recovery") { second, _ in
      var contents = BlockTable.Contents()
      for stop in try second.states(during: { contents = try $0.recover() }) {
        stops += 1
        #expect(try recover(stop, of: second).blocks == contents.blocks)
      }
      let again = try second.table.recover()
      #expect(again.blocks == contents.blocks && again.intent == nil)
    }
    #expect(stops > 1000)
  }

  @Test func ownersAreCounted() throws {
    let test = TestTable(pageCount: 1, largestOrder: 0)
    defer { test.keep() }
    #expect(test.table.generation == 1)
    _ = try test.table.recover()
    _ = try test.table.recover()
    #expect(test.table.generation == 3)
  }

  /// Any one bit of a mark that is wrong is found out, or the blocks would be wrong.
  @Test func everyFlippedMarkIsFoundOut() throws {
    let test = TestTable(pageCount: Self.pageCount)
    defer { test.keep() }
    var model = BlockModel()
    var random = SplitMix64(seed: TestSeed.choose(for: "flipped marks"))
    for _ in 0..<200 {
      let change = TableChange.random(
        model, pageCount: Self.pageCount, largestOrder: 5, using: &random)
      change.perform(on: test.table)
      change.perform(on: &model)
    }
    let layout = test.table.layout
    for index in layout.starts..<layout.pending {
      for bit in 0..<64 {
        let old = test.table.word(index)
        test.table.store(old ^ 1 << UInt64(bit), at: index)
        #expect(throws: BlockTableError.self, "word \(index), bit \(bit)") {
          try test.table.recover()
        }
        test.table.store(old, at: index)
      }
    }
    #expect(try test.table.recover().blocks == model.list)
  }

  /// The owner was stopped in a change, and a mark that the change is not about is wrong: the table is
  /// refused, before anything of the change is settled.
  @Test func aRefusedTableIsAsItWas() throws {
    var refused = 0
    try stopAtEveryStore(for: "refused tables") { damaged, random in
      guard try damaged.table.standingIntent() != nil else { return }
      let layout = damaged.table.layout
      let index = random.number(in: layout.starts...layout.pending - 1)
      let bit: UInt64 = 1 << UInt64(random.number(below: 64))
      damaged.table.store(damaged.table.word(index) ^ bit, at: index)
      let before = damaged.bytes
      do throws(BlockTableError) {
        _ = try damaged.table.recover()
      } catch {
        refused += 1
        #expect(damaged.bytes == before, "\(error)")
      }
    }
    #expect(refused > 100)
  }

  /// A kind of intent that nobody announced does not settle the last change once more.
  @Test func aKindByDamageIsFoundOut() throws {
    for kind in 1...4 {
      for change in [TableChange.addSingles([3, 5], tag: 9), .add(10..<12, tag: 8)] {
        let test = TestTable(pageCount: Self.pageCount)
        defer { test.keep() }
        test.table.add(20..<22, tag: 7)
        test.table.remove(21..<22)
        change.perform(on: test.table)
        test.table.store(UInt64(kind), at: test.table.layout.header + 8)
        #expect(throws: BlockTableError.invalidIntent) { try test.table.recover() }
      }
    }
  }

  /// Whatever the bytes are, recovery ends with blocks that a pool can have, or with an error.
  @Test func anyBytesAreRecoveredOrRefused() throws {
    var random = SplitMix64(seed: TestSeed.choose(for: "random tables"))
    var refused = 0
    for _ in 0..<3000 {
      let test = TestTable(pageCount: Self.pageCount)
      defer { test.keep() }
      test.table.add(0..<8, tag: 3)
      test.table.add(singlePages: 3, tag: 4) { 20 + 2 * $0 }
      let layout = test.table.layout
      // The header's geometry was checked before anybody comes here.
      let words = Array(layout.starts..<layout.pending + 3) + (8..<16).map { layout.header + $0 }
      for _ in 0..<random.number(in: 1...6) {
        let value = random.once(in: 2) ? random.next() : UInt64(random.number(below: 200))
        test.table.store(value, at: random.element(of: words))
      }
      let before = test.bytes
      do throws(BlockTableError) {
        var end = 0
        for block in try test.table.recover().blocks {
          #expect(block.pages.lowerBound >= end && !block.pages.isEmpty)
          end = block.pages.upperBound
        }
        #expect(end <= Self.pageCount)
      } catch {
        refused += 1
        #expect(!error.description.isEmpty && test.bytes == before)
      }
    }
    #expect(refused > 0)
  }
}
