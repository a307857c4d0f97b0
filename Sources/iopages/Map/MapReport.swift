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

  var lines: [String] {
    let cell = ByteSize(byteCount: map.framesPerCell * IOPage.pageSize)
    return [
      "one character is \(cell), '.' is free, the rest is the order of the block; seed \(seed)"
    ]
      + map.rows.map { "|\($0.paddedRight(to: RegionMap.rowLength))|" } + picture.lines()
      + [
        "fragmentation index (-1: a block of that order is free, else 0: too little free … 1: in "
          + "pieces):",
        "  " + indexText,
      ] + (extra.map { ["the block asked for begins at page \($0.lowerBound)"] } ?? [])
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
    ])
  }
}
