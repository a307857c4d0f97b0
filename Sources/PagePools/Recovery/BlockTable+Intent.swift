// The intent: what the table's owner is about to do, with all that is needed to do it again or to take
// it back, whichever of the marks are there by then.
//
//   8   kind       0: none. Stored last when an intent is announced, and first when it is called off
//   9   first      the first page
//   10  end        the page after the last one
//   11  count      how many pages; single pages need not be next to each other. 0 when it is called
//                  off, so that a kind that is there by damage is found out
//   12  tag        of the block, or of the one that the first page is in
//   13  rests      bit 0: the block goes on before the pages, bit 1: it goes on behind them
//   14  restTag    the tag of what is behind them

extension BlockTable {
  /// What a change of the table is about.
  struct Intent: Equatable {
    enum Kind: UInt64 {
      /// A block comes into being.
      case allocateBlock = 1
      /// Blocks of a page each come into being, those that are marked as pending.
      case allocatePages = 2
      /// Pages leave the block, or the blocks, that they are in.
      case free = 3
    }

    var kind: Kind
    var pages: Range<Int>
    var pageCount: Int
    var tag: UInt64
    /// Whether the block that the first page is in goes on before it.
    var hasRestBefore = false
    /// Whether the block that the last page is in goes on behind it.
    var hasRestBehind = false
    var restTag: UInt64 = 0
  }

  private enum IntentField: Int {
    case kind = 8
    case first, end, count, tag, rests, restTag
  }

  private func read(_ field: IntentField) -> UInt64 { word(layout.header + field.rawValue) }
  private func write(_ value: UInt64, to field: IntentField) {
    store(value, at: layout.header + field.rawValue)
  }

  /// Says what is going to be done.
  func announce(_ intent: Intent) {
    write(UInt64(intent.pages.lowerBound), to: .first)
    write(UInt64(intent.pages.upperBound), to: .end)
    write(UInt64(intent.pageCount), to: .count)
    write(intent.tag, to: .tag)
    write((intent.hasRestBefore ? 1 : 0) | (intent.hasRestBehind ? 2 : 0), to: .rests)
    write(intent.restTag, to: .restTag)
    write(intent.kind.rawValue, to: .kind)
  }

  /// Says that it is done.
  func callOff() {
    write(0, to: .kind)
    write(0, to: .count)
  }

  /// What the table's owner was about to do; nil if nothing.
  ///
  /// - Throws: `.invalidIntent` for one that no pool writes.
  func standingIntent() throws(BlockTableError) -> Intent? {
    guard read(.kind) != 0 else { return nil }
    guard let kind = Intent.Kind(rawValue: read(.kind)),
      let first = Int(exactly: read(.first)), let end = Int(exactly: read(.end)),
      let count = Int(exactly: read(.count)),
      first < end, end <= layout.pageCount, read(.rests) <= (kind == .free ? 3 : 0)
    else { throw .invalidIntent }
    let intent = Intent(
      kind: kind, pages: first..<end, pageCount: count, tag: read(.tag),
      hasRestBefore: read(.rests) & 1 != 0, hasRestBehind: read(.rests) & 2 != 0,
      restTag: read(.restTag))
    guard !intent.hasRestBefore || first > 0, !intent.hasRestBehind || end < layout.pageCount
    else { throw .invalidIntent }
    let pages = kind == .allocatePages ? pendingPageCount(in: intent.pages) : intent.pages.count
    guard count > 0, count == pages else { throw .invalidIntent }
    return intent
  }

  private func pendingPageCount(in pages: Range<Int>) -> Int {
    var count = 0
    forEachWord(of: .pending, in: pages) { count += (word($0) & $1).nonzeroBitCount }
    return count
  }
}
