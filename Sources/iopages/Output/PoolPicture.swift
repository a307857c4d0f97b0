// How a pool looks from outside: for each order, how many blocks are used, how many are free, and
// what part of the pool they are.
//
//   order     block    used    free
//       9     2 MiB       3      12  #####....................
//      10     4 MiB       1       0  ####

import FileCopying
package import IOPages

/// The used and the free blocks of a pool by order.
package struct PoolPicture {
  /// The blocks of one order.
  package struct Row: Equatable {
    package let order: Int
    package let usedCount: Int
    package let freeCount: Int
    /// Linux's extfrag_index: -1 if a block of this order is free, otherwise from 0 (too little is
    /// free) to 1 (enough is free, in pieces).
    package let fragmentationIndex: Double
  }

  /// One row for each order from 0 to the largest.
  package let rows: [Row]
  /// The pages in the pool's care.
  package let pageCount: Int
  /// The pages that are free.
  package let freePageCount: Int

  /// The picture of a pool in which blocks of `usedPageCounts` pages are taken. A block that is no
  /// power of two counts as the order that would hold it.
  package init(_ statistics: PoolStatistics, usedPageCounts: [Int]) {
    var used = [Int: Int]()
    for pageCount in usedPageCounts { used[Self.order(holding: pageCount), default: 0] += 1 }
    let largest = max(statistics.largestOrder, used.keys.max() ?? 0)
    rows = (0...largest).map { order in
      Row(
        order: order, usedCount: used[order] ?? 0, freeCount: statistics.freeBlocks[order],
        fragmentationIndex: statistics.freeBlocks.fragmentationIndex(order: order))
    }
    pageCount = statistics.pageCount
    freePageCount = statistics.freePages
  }

  /// The smallest order whose blocks have `pageCount` pages.
  package static func order(holding pageCount: Int) -> Int {
    pageCount <= 1 ? 0 : Int.bitWidth - (pageCount - 1).leadingZeroBitCount
  }

  /// Lines for a person: the pages in total, then a row for each order that has a block.
  package func lines(barWidth: Int = 40) -> [String] {
    let size = ByteSize(byteCount: pageCount * IOPage.pageSize)
    let heading = "pool of \(size): \(pageCount - freePageCount) pages used, \(freePageCount) free"
    let shown = rows.filter { $0.usedCount + $0.freeCount > 0 }
    return [heading, Self.line("order", "block", "used", "free", "")]
      + shown.map { row in
        Self.line(
          "\(row.order)", ByteSize(byteCount: IOPage.pageSize << row.order).description,
          "\(row.usedCount)", "\(row.freeCount)", bar(row, width: barWidth))
      }
  }

  /// What part of the pool the order's used and free blocks are, at least one character for each.
  private func bar(_ row: Row, width: Int) -> String {
    let length = { (count: Int) -> Int in
      guard count > 0 else { return 0 }
      let share = Double(count) * Double(1 << row.order) / Double(max(1, pageCount))
      return max(1, Int((share * Double(width)).rounded()))
    }
    return String(repeating: "#", count: length(row.usedCount))
      + String(repeating: ".", count: length(row.freeCount))
  }

  private static func line(
    _ order: String, _ block: String, _ used: String, _ free: String, _ bar: String
  ) -> String {
    let columns =
      order.paddedLeft(to: 7) + block.paddedLeft(to: 10) + used.paddedLeft(to: 8)
      + free.paddedLeft(to: 8)
    return bar.isEmpty ? columns : "\(columns)  \(bar)"
  }

  /// The rows for a program.
  package var json: JSONValue {
    .array(
      rows.map { row in
        .object([
          ("order", .integer(row.order)), ("used", .integer(row.usedCount)),
          ("free", .integer(row.freeCount)),
          ("fragmentation_index", .number(row.fragmentationIndex)),
        ])
      })
  }
}
