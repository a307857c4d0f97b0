import Testing

@testable import PagePools

/// Each kind of damage has an error of its own, which says where it is.
@Suite struct BlockTableErrorTests {
  private func error(_ damage: (BlockTable) -> Void) -> BlockTableError? {
    let test = TestTable(pageCount: 100, largestOrder: 5)
    defer { test.keep() }
    test.table.add(0..<8, tag: 1)
    test.table.add(32..<64, tag: 2)
    damage(test.table)
    do throws(BlockTableError) {
      _ = try test.table.recover()
      return nil
    } catch {
      return error
    }
  }

  @Test func wrongMarksAreNamed() {
    #expect(error { _ in } == nil)
    #expect(error { $0.insert(4, in: .starts) } == .blocksOverlap(page: 4))
    #expect(error { $0.insert(4, in: .ends) } == .endWithoutBlock(page: 7))
    #expect(error { $0.remove(63..<64, from: .ends) } == .blockWithoutEnd(page: 32))
    #expect(error { $0.insert(101, in: .starts) } == .markOutOfRange)
    #expect(
      error {
        $0.remove(7..<8, from: .ends)
        $0.remove(32..<33, from: .starts)
      } == .blockTooLarge(page: 0))
  }

  @Test(
    arguments: [
      // kind, first, end, count, rests
      [4, 0, 1, 1, 0], [1, 5, 5, 0, 0], [1, 90, 101, 11, 0], [1, 0, 2, 1, 0], [3, 0, 1, 1, 4],
      [3, 0, 1, 1, 1], [3, 99, 100, 1, 2], [2, 0, 4, 1, 0], [1, 8, 9, 1, 1],
    ] as [[UInt64]])
  func intentsThatNoPoolWritesAreRefused(words: [UInt64]) {
    let damaged = error { table in
      let header = table.layout.header
      for (offset, word) in zip([8, 9, 10, 11, 13], words) {
        table.store(word, at: header + offset)
      }
    }
    #expect(damaged == .invalidIntent)
  }

  @Test func headersAreCheckedBeforeAnythingElse() throws {
    let test = TestTable(pageCount: 100, largestOrder: 5)
    defer { test.keep() }
    let layout = test.table.layout
    #expect(try test.layoutFromHeader() == layout)
    #expect(throws: BlockTableError.wrongGeometry) {
      try test.layoutFromHeader(memoryByteCount: layout.memoryByteCount + 4096)
    }
    let damages: [(BlockTable.Field, UInt64, BlockTableError)] = [
      (.magic, 0, .incomplete), (.magic, 1, .notABlockTable),
      (.version, 9, .unsupportedVersion(9)), (.pageCount, 0, .wrongGeometry),
      (.pageCount, 101, .wrongGeometry), (.pageCount, .max, .wrongGeometry),
      (.largestOrder, 36, .wrongGeometry), (.byteCount, 0, .wrongGeometry),
    ]
    for (field, value, expected) in damages {
      let old = test.table[field]
      test.table[field] = value
      #expect(throws: expected) { try test.layoutFromHeader() }
      test.table[field] = old
    }
  }

  /// A table counts as one only when all of it is there.
  @Test func theMarkOfATableComesLast() {
    let layout = BlockTableLayout(pageCount: 10, largestOrder: 3)
    let states = TestTable(pageCount: 10, largestOrder: 3).states { table in
      table.store(0, at: layout.header)
      table.format()
    }
    for state in states.dropLast() {
      #expect(throws: BlockTableError.incomplete) {
        try TestTable(state, layout: layout).layoutFromHeader()
      }
    }
    #expect(throws: Never.self) {
      try TestTable(states.last ?? [], layout: layout).layoutFromHeader()
    }
  }

  @Test func everyErrorIsASentence() {
    let errors: [BlockTableError] = [
      .notABlockTable, .incomplete, .unsupportedVersion(2), .wrongGeometry, .invalidIntent,
      .markOutOfRange, .blocksOverlap(page: 1), .endWithoutBlock(page: 1),
      .blockWithoutEnd(page: 1), .blockTooLarge(page: 1),
    ]
    #expect(Set(errors.map(\.description)).count == errors.count)
    for error in errors { #expect(error.description.hasSuffix(".")) }
  }
}
