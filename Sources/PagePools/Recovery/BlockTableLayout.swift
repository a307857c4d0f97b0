// Where the parts of a block table lie. It stands in shared memory behind the pages, so that these
// stay aligned, and its header is the last page of all: whoever has the memory finds it from the end.
//
//   0         tags     64 bits a page: the tag of the block that starts here; else old values
//             starts   one bit a page: a block starts here
//             ends     one bit a page: a block ends here
//             pending  one bit a page: the single pages that the intent is about
//   ... 4096  header   words 0-7: magic, version, pages, largest order, bytes, generation
//                      words 8-15: the intent (BlockTable+Intent.swift), in a line of its own
//
// 8.4 bytes for each page, 0.2 % of the region. No pointers: each process maps it where it likes.

/// The layout of a block table for a page count.
package struct BlockTableLayout: Equatable, Sendable {
  static let magicNumber: UInt64 = 0x454c_4241_544b_4c42  // "BLKTABLE"
  static let version: UInt64 = 1
  /// The bytes of the header, which is the table's last page.
  package static let headerByteCount = 4096

  /// The number of pages that the table is about.
  package let pageCount: Int
  /// The order up to which blocks of these pages merge.
  package let largestOrder: Int

  /// - Precondition: `pageCount` is in `1...2^35`, `largestOrder` in `0...35`.
  package init(pageCount: Int, largestOrder: Int) {
    precondition(
      BlockTableLayout.isValid(pageCount: pageCount, largestOrder: largestOrder),
      "A block table must be for 1...2^35 pages and a largest order in 0...35.")
    self.pageCount = pageCount
    self.largestOrder = largestOrder
  }

  /// Whether there can be a table for these numbers.
  static func isValid(pageCount: Int, largestOrder: Int) -> Bool {
    1...1 << 35 ~= pageCount && 0...35 ~= largestOrder
  }

  /// The words of one of the three bitmaps.
  var bitmapWordCount: Int { (pageCount + 63) / 64 }

  // Positions, in words of 64 bits.
  var tags: Int { 0 }
  var starts: Int { pageCount }
  var ends: Int { starts + bitmapWordCount }
  var pending: Int { ends + bitmapWordCount }
  var header: Int { byteCount / 8 - BlockTableLayout.headerByteCount / 8 }

  /// The bytes of the whole table, a multiple of 4096.
  package var byteCount: Int {
    let tables = (pending + bitmapWordCount) * 8
    return (tables + 4095) & ~4095 + BlockTableLayout.headerByteCount
  }

  /// The bytes of the pages and the table behind them.
  package var memoryByteCount: Int { pageCount << PagePool.pageShift + byteCount }
}
