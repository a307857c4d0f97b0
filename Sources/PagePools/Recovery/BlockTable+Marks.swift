// The bitmaps of a block table, a word at a time.

extension BlockTable {
  /// One of the three bitmaps.
  enum Bitmap {
    case starts, ends, pending
  }

  /// The words of a bitmap that a range of pages touches, each with the mask of the range's bits.
  func forEachWord(
    of bitmap: Bitmap, in pages: Range<Int>, _ body: (_ word: Int, _ mask: UInt64) -> Void
  ) {
    let first = firstWord(of: bitmap)
    var page = pages.lowerBound
    while page < pages.upperBound {
      let end = min(pages.upperBound, (page | 63) + 1)
      let mask = (UInt64.max >> UInt64(64 - (end - page))) << UInt64(page & 63)
      body(first + page >> 6, mask)
      page = end
    }
  }

  /// The position of a bitmap in the table.
  func firstWord(of bitmap: Bitmap) -> Int {
    switch bitmap {
    case .starts: layout.starts
    case .ends: layout.ends
    case .pending: layout.pending
    }
  }

  func contains(_ page: Int, in bitmap: Bitmap) -> Bool {
    word(firstWord(of: bitmap) + page >> 6) & 1 << UInt64(page & 63) != 0
  }

  func insert(_ page: Int, in bitmap: Bitmap) {
    insert(1 << UInt64(page & 63), atWord: firstWord(of: bitmap) + page >> 6)
  }

  /// Sets bits of a word, if they are not set.
  func insert(_ bits: UInt64, atWord index: Int) {
    let old = word(index)
    if old & bits != bits { store(old | bits, at: index) }
  }

  /// Clears bits of a word, if any is set.
  func remove(_ bits: UInt64, atWord index: Int) {
    let old = word(index)
    if old & bits != 0 { store(old & ~bits, at: index) }
  }

  /// Clears the bits of a range of pages. O(pages / 64).
  func remove(_ pages: Range<Int>, from bitmap: Bitmap) {
    forEachWord(of: bitmap, in: pages) { remove($1, atWord: $0) }
  }

  /// The tag of a block, to be found at its first page.
  func tag(ofBlockAt page: Int) -> UInt64 { word(layout.tags + page) }

  /// The block that a page is in; nil if it is in none. O(pages of the block / 64).
  func block(containing page: Int) -> Range<Int>? {
    guard let start = last(in: .starts, upTo: page), let end = first(in: .ends, from: start),
      end >= page
    else { return nil }
    return start..<end + 1
  }

  /// The last page with a mark that is not behind `page`.
  private func last(in bitmap: Bitmap, upTo page: Int) -> Int? {
    var index = page >> 6
    var bits = word(firstWord(of: bitmap) + index) & (UInt64.max >> UInt64(63 - page & 63))
    while bits == 0, index > 0 {
      index -= 1
      bits = word(firstWord(of: bitmap) + index)
    }
    return bits == 0 ? nil : index << 6 + 63 - bits.leadingZeroBitCount
  }

  /// The first page with a mark that is not before `page`.
  private func first(in bitmap: Bitmap, from page: Int) -> Int? {
    var index = page >> 6
    var bits = word(firstWord(of: bitmap) + index) & (UInt64.max << UInt64(page & 63))
    while bits == 0, index + 1 < layout.bitmapWordCount {
      index += 1
      bits = word(firstWord(of: bitmap) + index)
    }
    return bits == 0 ? nil : index << 6 + bits.trailingZeroBitCount
  }
}
