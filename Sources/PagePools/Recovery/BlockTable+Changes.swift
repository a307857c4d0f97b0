// The three changes of a block table. Each writes only what it must and takes nothing for granted of
// the marks in its range, so that recovery uses the same code.

extension BlockTable {
  /// Records a block that a caller is about to get.
  ///
  /// - Precondition: no page of it is in a block. The range is not empty.
  /// - Complexity: O(1). The pool's lock is held.
  package func add(_ pages: Range<Int>, tag: UInt64) {
    announce(Intent(kind: .allocateBlock, pages: pages, pageCount: pages.count, tag: tag))
    store(tag, at: layout.tags + pages.lowerBound)
    insert(pages.upperBound - 1, in: .ends)
    insert(pages.lowerBound, in: .starts)
    callOff()
  }

  /// Records blocks of one page each that a caller is about to get, all of them at one instant.
  ///
  /// - Parameters:
  ///   - count: how many, at least one.
  ///   - page: the page of an index below `count`; called twice for each.
  /// - Precondition: none of them is in a block, and no page comes twice.
  /// - Complexity: O(count + pages / 64 from the lowest to the highest). The pool's lock is held.
  package func add(singlePages count: Int, tag: UInt64, page: (Int) -> Int) {
    var lowest = Int.max
    var highest = 0
    for index in 0..<count {
      let page = page(index)
      lowest = min(lowest, page)
      highest = max(highest, page)
      insert(page, in: .pending)
    }
    let intent = Intent(
      kind: .allocatePages, pages: lowest..<highest + 1, pageCount: count, tag: tag)
    announce(intent)
    for index in 0..<count { store(tag, at: layout.tags + page(index)) }
    forEachWord(of: .pending, in: intent.pages) { index, _ in
      insert(word(index), atWord: index - layout.pending + layout.ends)
      insert(word(index), atWord: index - layout.pending + layout.starts)
    }
    callOff()
    remove(intent.pages, from: .pending)
  }

  /// Records that a caller has given pages back. What is left of a block before and behind them is a
  /// block of its own, with the same tag.
  ///
  /// - Precondition: each of the pages is in a block; else this traps, and nothing has changed. The
  ///   range is not empty.
  /// - Complexity: O(pages of the blocks / 64). The pool's lock is held.
  package func remove(_ pages: Range<Int>) {
    let first = blockToRemove(from: pages.lowerBound)
    var last = first
    while last.upperBound < pages.upperBound { last = blockToRemove(from: last.upperBound) }
    var intent = Intent(
      kind: .free, pages: pages, pageCount: pages.count, tag: tag(ofBlockAt: first.lowerBound))
    intent.hasRestBefore = first.lowerBound < pages.lowerBound
    if pages.upperBound < last.upperBound {
      intent.hasRestBehind = true
      intent.restTag = tag(ofBlockAt: last.lowerBound)
    }
    announce(intent)
    finish(intent)
    callOff()
  }

  private func blockToRemove(from page: Int) -> Range<Int> {
    guard let block = block(containing: page)
    else { preconditionFailure("Pages were given back that are in no block of the table.") }
    return block
  }

  /// Makes the marks what they should be after a free. Can be begun again at any time.
  func finish(_ free: Intent) {
    if free.hasRestBehind {
      store(free.restTag, at: layout.tags + free.pages.upperBound)
      insert(free.pages.upperBound, in: .starts)
    }
    if free.hasRestBefore { insert(free.pages.lowerBound - 1, in: .ends) }
    remove(free.pages, from: .starts)
    remove(free.pages, from: .ends)
  }

  /// Makes the marks what they were before an allocation. Can be begun again at any time.
  func takeBack(_ allocation: Intent) {
    guard allocation.kind == .allocatePages else {
      remove(allocation.pages, from: .starts)
      remove(allocation.pages, from: .ends)
      return
    }
    forEachWord(of: .pending, in: allocation.pages) { index, mask in
      remove(word(index) & mask, atWord: index - layout.pending + layout.starts)
      remove(word(index) & mask, atWord: index - layout.pending + layout.ends)
    }
  }
}
