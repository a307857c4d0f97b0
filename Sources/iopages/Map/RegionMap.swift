// The region as rows of characters, one for each cell of frames:
//
//   free             .
//   used             0 … 9 a … z, the order of the block; of several in one cell the largest
//   not committed    a blank

/// A drawing of which frames of a region are used.
package struct RegionMap {
  /// How many frames one character stands for: a power of two.
  package let framesPerCell: Int
  /// One character for each cell, from the region's start on.
  package let cells: String

  /// How many characters a row has, and the most rows there are.
  package static let rowLength = 64, largestRowCount = 24

  /// Draws `frameCount` frames, of which those from `committedCount` on are not committed.
  ///
  /// - Parameter blocks: The frames of each used block; no two have one in common.
  package init(frameCount: Int, committedCount: Int, blocks: [Range<Int>]) {
    var framesPerCell = 1
    while frameCount > framesPerCell * Self.rowLength * Self.largestRowCount { framesPerCell *= 2 }
    let cellCount = (frameCount + framesPerCell - 1) / framesPerCell
    var orders = [Int?](repeating: nil, count: cellCount)
    for block in blocks where !block.isEmpty {
      let order = PoolPicture.order(holding: block.count)
      for cell in block.lowerBound / framesPerCell...(block.upperBound - 1) / framesPerCell {
        orders[cell] = max(orders[cell] ?? 0, order)
      }
    }
    self.framesPerCell = framesPerCell
    cells = String(
      orders.enumerated().map { cell, order in
        if let order { return Self.symbol(order) }
        return cell * framesPerCell < committedCount ? "." : " "
      })
  }

  /// The character of a used block of that order.
  package static func symbol(_ order: Int) -> Character {
    Character(String(order, radix: 36))
  }

  /// The cells in rows.
  package var rows: [String] {
    stride(from: 0, to: cells.count, by: Self.rowLength).map { start in
      String(cells.dropFirst(start).prefix(Self.rowLength))
    }
  }
}
