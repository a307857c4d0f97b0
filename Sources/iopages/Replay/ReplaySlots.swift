// Where a replay keeps the pages that it owns. Several threads use the table at the same time, each
// its own slots: the plan sees to it that no two of them use one slot without meeting in between.

package import IOPages

/// A table of pages, each there or not.
@safe
package final class ReplaySlots: @unchecked Sendable {
  // Sendable: a slot belongs to the thread that the plan gives it to.
  private let slots: UnsafeMutableBufferPointer<IOPage?>
  private let count: Int

  package init(count: Int) {
    self.count = count
    unsafe slots = .allocate(capacity: count)
    for index in 0..<count {
      // In bounds, and not initialized before.
      unsafe slots.initializeElement(at: index, to: nil)
    }
  }

  deinit {
    // Every element is initialized from the beginning to here.
    unsafe slots.deinitialize().deallocate()
  }

  /// Puts pages into a slot that is empty.
  @inline(__always)
  package func put(_ page: consuming IOPage, at index: Int) {
    precondition(index >= 0 && index < count, "There is no such slot.")
    // In bounds, and initialized; no other thread uses the slot now.
    unsafe slots[index] = consume page
  }

  /// Gives the pages of a slot back, if it has any: those of a failed allocation are not there.
  @inline(__always)
  package func drop(at index: Int) {
    precondition(index >= 0 && index < count, "There is no such slot.")
    // In bounds, and initialized; no other thread uses the slot now.
    unsafe slots[index] = nil
  }

  /// The number of 2 MiB blocks, of a region of `pageCount` pages, that hold a page of any slot.
  /// Nobody may use the table meanwhile.
  package func hugeBlockCount(pageCount: Int) -> Int {
    var isPinned = [Bool](repeating: false, count: pageCount >> HugeBlock.order + 1)
    var blockCount = 0
    for index in 0..<count {
      // In bounds, and initialized; it is only looked at.
      guard let pages = unsafe slots[index].pages else { continue }
      for block in HugeBlock.numbers(of: pages) where !isPinned[block] {
        isPinned[block] = true
        blockCount += 1
      }
    }
    return blockCount
  }
}

extension Optional where Wrapped == IOPage {
  /// The pages by their numbers in the region; nil if there are none.
  fileprivate var pages: Range<Int>? {
    switch self {
    case .some(let page): page.pageNumber..<page.pageNumber + page.pageCount
    case .none: nil
    }
  }
}
