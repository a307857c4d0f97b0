// Reading a table that somebody left behind. Every mark is looked at, as it will be once the intent is
// settled: blocks must follow one another, each with a start and an end. One flipped mark always breaks
// that. Only then is anything stored: a table that is refused is as it was.

/// A block that a caller had when its process ended.
public struct RecoveredBlock: Hashable, Sendable {
  /// What it was allocated for; the place of the call is not kept.
  public let tag: AllocationTag
  /// The pages, as the pool numbers them.
  public let pages: Range<Int>

  package init(tag: AllocationTag, pages: Range<Int>) {
    self.tag = tag
    self.pages = pages
  }
}

/// What a process was doing when it ended. Recovery has settled it: an allocation was taken back, a
/// free was ended.
public struct RecoveredIntent: Hashable, Sendable {
  /// What a process may have been doing.
  public enum Operation: Hashable, Sendable {
    /// Handing pages out; the caller had not got them yet.
    case allocation
    /// Taking pages back; the caller had let them go.
    case free
  }

  /// What it was.
  public let operation: Operation
  /// The pages: of several single pages, from the lowest to the highest.
  public let pages: Range<Int>
  /// How many they are.
  public let pageCount: Int
  /// The tag of the request, or of the block that the first page was in.
  public let tag: AllocationTag
}

extension BlockTable {
  /// What a table tells.
  package struct Contents: Equatable, Sendable {
    /// In ascending order.
    package var blocks: [RecoveredBlock] = []
    package var intent: RecoveredIntent?
  }

  /// Settles what the last owner was doing, and lists what its callers had.
  ///
  /// May be interrupted at any store and called again, then by another process as well.
  ///
  /// - Throws: ``BlockTableError``; then nothing was stored.
  /// - Complexity: O(pages / 64 + blocks). Nobody else may use the table.
  package func recover() throws(BlockTableError) -> Contents {
    let intent = try standingIntent()
    let blocks = try blocks(after: intent)
    switch intent?.kind {
    case .free: if let intent { finish(intent) }
    case .allocateBlock, .allocatePages: if let intent { takeBack(intent) }
    case nil: break
    }
    // Also if there is none: its owner may have ended in the middle of this.
    callOff()
    // Single pages were handed out, and this was not cleaned up; or nothing had begun yet.
    remove(0..<layout.pageCount, from: .pending)
    self[.generation] &+= 1
    return Contents(
      blocks: blocks,
      intent: intent.map {
        RecoveredIntent(
          operation: $0.kind == .free ? .free : .allocation, pages: $0.pages,
          pageCount: $0.pageCount, tag: AllocationTag(value: $0.tag))
      })
  }

  /// The blocks that are marked, in ascending order.
  ///
  /// - Throws: ``BlockTableError`` unless the marks are those of blocks that a pool hands out.
  package func blocks() throws(BlockTableError) -> [RecoveredBlock] { try blocks(after: nil) }

  /// The blocks that will be marked when the intent is settled.
  private func blocks(after intent: Intent?) throws(BlockTableError) -> [RecoveredBlock] {
    var blocks: [RecoveredBlock] = []
    var first: Int?
    for index in 0..<layout.bitmapWordCount {
      let (starts, ends) = marks(atWord: index, after: intent)
      var marks = starts | ends
      while marks != 0 {
        let bit = marks & (0 &- marks)
        let page = index << 6 + bit.trailingZeroBitCount
        marks ^= bit
        guard page < layout.pageCount else { throw .markOutOfRange }
        if starts & bit != 0 {
          guard first == nil else { throw .blocksOverlap(page: page) }
          first = page
        }
        guard ends & bit != 0 else { continue }
        guard let start = first else { throw .endWithoutBlock(page: page) }
        guard start >> layout.largestOrder == page >> layout.largestOrder
        else { throw .blockTooLarge(page: start) }
        let isRest = intent.map { $0.hasRestBehind && $0.pages.upperBound == start } ?? false
        let tag = isRest ? intent?.restTag : nil
        blocks.append(
          RecoveredBlock(
            tag: AllocationTag(value: tag ?? self.tag(ofBlockAt: start)), pages: start..<page + 1))
        first = nil
      }
    }
    if let first { throw .blockWithoutEnd(page: first) }
    return blocks
  }

  /// A word of the starts and of the ends as `finish` or `takeBack` will leave it.
  private func marks(atWord index: Int, after intent: Intent?) -> (starts: UInt64, ends: UInt64) {
    var starts = word(layout.starts + index)
    var ends = word(layout.ends + index)
    guard let intent else { return (starts, ends) }
    func bit(_ page: Int) -> UInt64 { page >> 6 == index ? 1 << UInt64(page & 63) : 0 }
    if intent.hasRestBehind { starts |= bit(intent.pages.upperBound) }
    if intent.hasRestBefore { ends |= bit(intent.pages.lowerBound - 1) }
    let pages = intent.pages.clamped(to: index << 6..<index << 6 + 64)
    forEachWord(of: .pending, in: pages) { pending, mask in
      let cleared = intent.kind == .allocatePages ? word(pending) & mask : mask
      starts &= ~cleared
      ends &= ~cleared
    }
    return (starts, ends)
  }
}
