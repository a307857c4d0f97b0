// What a pool's callers have, in memory that outlives the process: a mark where each of their blocks
// starts, one where it ends, and its tag. The pool's own books stay in private memory; another
// process rebuilds them from this (docs/Recovery.md).
//
// A process may be killed between any two stores. So each change is a few stores that are announced
// before the first and called off after the last, by one store each: the intent. Whoever finds an
// intent standing takes an allocation back, which its caller never had, and ends a free, which its
// caller had let go. Either is a matter of storing the marks as they should be, whatever they are, and
// so can be begun again if it is interrupted.
//
// One thread at a time changes the table: it is guarded by the pool's lock. Hence there is at most one
// intent, and no order among stores but that of the intent before and after all others.

internal import Synchronization

/// The blocks of a pool that callers have, in shared memory.
@safe
package struct BlockTable: @unchecked Sendable {
  // Sendable: every word is atomic, and the pool's lock guards changes.
  private let words: UnsafeMutablePointer<Atomic<UInt64>>
  package let layout: BlockTableLayout
  /// Called after each store: the place for a test to end the process.
  package var afterStore: (@Sendable () -> Void)?

  /// Refers to the table in `memory`, whatever it holds.
  ///
  /// - Parameter memory: the layout's number of bytes, aligned to 64, that outlive this value.
  @unsafe
  package init(_ memory: UnsafeMutableRawPointer, layout: BlockTableLayout) {
    // Atomic<UInt64> has the layout of UInt64, and every value is valid.
    unsafe words = memory.bindMemory(to: Atomic<UInt64>.self, capacity: layout.byteCount / 8)
    self.layout = layout
  }

  /// A word of the table.
  func word(_ index: Int) -> UInt64 {
    precondition(index >= 0 && index < layout.byteCount / 8, "A word outside of the block table.")
    return unsafe words[index].load(ordering: .acquiring)  // in bounds
  }

  /// Every change of the table goes through here. Releasing: a store becomes visible after those
  /// before it.
  func store(_ value: UInt64, at index: Int) {
    precondition(index >= 0 && index < layout.byteCount / 8, "A word outside of the block table.")
    unsafe words[index].store(value, ordering: .releasing)  // in bounds
    if let afterStore { afterStore() }
  }
}

extension BlockTable {
  /// Words of the header.
  enum Field: Int {
    case magic, version, pageCount, largestOrder, byteCount, generation
  }

  subscript(field: Field) -> UInt64 {
    get { word(layout.header + field.rawValue) }
    nonmutating set { store(newValue, at: layout.header + field.rawValue) }
  }

  /// Makes zeroed memory a table without blocks. The mark that it is one comes last.
  package func format() {
    self[.version] = BlockTableLayout.version
    self[.pageCount] = UInt64(layout.pageCount)
    self[.largestOrder] = UInt64(layout.largestOrder)
    self[.byteCount] = UInt64(layout.byteCount)
    self[.generation] = 1
    self[.magic] = BlockTableLayout.magicNumber
  }

  /// How many owners the table has had, this one included.
  package var generation: UInt64 { self[.generation] }
}

extension BlockTableLayout {
  /// The layout that a header tells of.
  ///
  /// - Parameters:
  ///   - header: ``headerByteCount`` bytes, aligned to 8: the last of the memory.
  ///   - memoryByteCount: the bytes of the pages and the table together.
  @unsafe
  package init(
    header: UnsafeMutableRawPointer, memoryByteCount: Int
  ) throws(BlockTableError) {
    func field(_ field: BlockTable.Field) -> UInt64 {
      // In bounds: the header has 512 words.
      unsafe header.load(fromByteOffset: field.rawValue * 8, as: UInt64.self)
    }
    guard field(.magic) != 0 else { throw .incomplete }
    guard field(.magic) == BlockTableLayout.magicNumber else { throw .notABlockTable }
    guard field(.version) == BlockTableLayout.version
    else { throw .unsupportedVersion(field(.version)) }
    guard let pageCount = Int(exactly: field(.pageCount)),
      let largestOrder = Int(exactly: field(.largestOrder)),
      BlockTableLayout.isValid(pageCount: pageCount, largestOrder: largestOrder)
    else { throw .wrongGeometry }
    self.init(pageCount: pageCount, largestOrder: largestOrder)
    guard field(.byteCount) == UInt64(byteCount), self.memoryByteCount == memoryByteCount
    else { throw .wrongGeometry }
  }
}
