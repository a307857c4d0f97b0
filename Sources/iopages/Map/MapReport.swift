// What map shows: the drawing and the figures under it.

import FileCopying
import IOPages

/// A pool with blocks taken from it, for people and for programs.
struct MapReport {
  private let seed: UInt64
  private let extra: Range<Int>?
  private let map: RegionMap
  private let picture: PoolPicture
  private let statistics: PoolStatistics
  private var nodes: NodeMap?
  private var isPainted = false

  /// - Parameter extra: The pages of the block that was asked for beside the workload, if one was.
  init(_ pool: PagePool, blocks: [Range<Int>], seed: UInt64, extra: Range<Int>?) {
    self.seed = seed
    self.extra = extra
    // The drawing is of blocks, and what a cache keeps is in no block that is free.
    pool.drainCaches()
    statistics = pool.statistics
    map = RegionMap(
      frameCount: statistics.reservedPageCount, committedCount: statistics.pageCount, blocks: blocks
    )
    picture = PoolPicture(statistics, usedPageCounts: blocks.map(\.count))
  }

  /// Shows the node of each cell, too.
  ///
  /// - Parameters:
  ///   - pages: The node of each page; nil if it is not in memory.
  ///   - isPainted: Whether by colours.
  mutating func colour(by pages: [NUMANode?], isPainted: Bool) {
    nodes = NodeMap(pages: pages, pagesPerCell: map.framesPerCell)
    self.isPainted = isPainted
  }

  var lines: [String] {
    let cell = ByteSize(byteCount: map.framesPerCell * IOPage.pageSize)
    return [
      "one character is \(cell), '.' is free, the rest is the order of the block; seed \(seed)"
    ]
      + rows + picture.lines()
      + [
        "fragmentation index (-1: a block of that order is free, else 0: too little free … 1: in "
          + "pieces):",
        "  " + indexText,
      ] + (extra.map { ["the block asked for begins at page \($0.lowerBound)"] } ?? [])
  }

  /// The drawing, and what is said of nodes.
  private var rows: [String] {
    let rows = map.rows.map { $0.paddedRight(to: RegionMap.rowLength) }
    guard let nodes else { return rows.map { "|\($0)|" } }
    let legend = nodes.legend(isPainted: isPainted)
    if isPainted {
      return rows.enumerated().map { index, row in
        "|\(nodes.painted(row, from: index * RegionMap.rowLength))|"
      } + [legend]
    }
    return rows.map { "|\($0)|" } + ["the node of each cell: \(legend)"]
      + nodes.rows.map { "|\($0.paddedRight(to: RegionMap.rowLength))|" }
  }

  private var indexText: String {
    picture.rows.map { row in
      "\(row.order): \(row.fragmentationIndex.formatted(decimals: row.fragmentationIndex < 0 ? 0 : 2))"
    }.joined(separator: "  ")
  }

  var json: JSONValue {
    .object([
      ("seed", .string("\(seed)")), ("pages", .integer(statistics.pageCount)),
      ("free_pages", .integer(statistics.freePages)),
      ("largest_free_order", JSONValue(statistics.largestFreeOrder)),
      ("allocations", .integer(statistics.allocations)), ("frees", .integer(statistics.frees)),
      ("block", JSONValue(extra?.lowerBound)), ("orders", picture.json),
      ("pages_per_cell", .integer(map.framesPerCell)), ("cells", .string(map.cells)),
      ("nodes", nodes?.json ?? .null),
    ])
  }
}
