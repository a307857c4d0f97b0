// The cells of a region's drawing once more, by node: in the node's colour where there are colours,
// else as its number, below the drawing.

package import IOPages

/// On which node the pages of each cell are.
package struct NodeMap {
  /// For each cell the node that most of its pages in memory are on; nil if none is in memory.
  package let cells: [NUMANode?]
  /// The pages on each node.
  package let pagesByNode: [NUMANode: Int]
  /// The pages that are not in memory.
  package let absentPageCount: Int

  /// - Parameter pages: The node of each page; nil if it is not in memory.
  package init(pages: [NUMANode?], pagesPerCell: Int) {
    cells = stride(from: 0, to: pages.count, by: pagesPerCell).map { start in
      let counts = Self.count(pages[start..<min(start + pagesPerCell, pages.count)])
      // Of nodes with as many pages, the first.
      return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
    pagesByNode = Self.count(pages[...])
    absentPageCount = pages.count { $0 == nil }
  }

  private static func count(_ pages: ArraySlice<NUMANode?>) -> [NUMANode: Int] {
    Dictionary(pages.compactMap { $0 }.map { ($0, 1) }, uniquingKeysWith: +)
  }

  /// The nodes in the map, ascending.
  private var nodes: [NUMANode] { pagesByNode.keys.sorted() }

  /// A row of the drawing, each character in its node's colour; the row's first cell is number
  /// `start`.
  package func painted(_ row: String, from start: Int) -> String {
    var text = ""
    var current: NUMANode?
    for (index, character) in row.enumerated() {
      let node = start + index < cells.count ? cells[start + index] : nil
      if node != current {
        text += node.map(colour) ?? Self.plain
        current = node
      }
      text.append(character)
    }
    return current == nil ? text : text + Self.plain
  }

  /// The cells as their nodes' numbers, from a on above 9; a dot where nothing is in memory.
  package var rows: [String] {
    stride(from: 0, to: cells.count, by: RegionMap.rowLength).map { start in
      String(
        cells[start..<min(start + RegionMap.rowLength, cells.count)].map { node in
          node.map { Character(String($0.number % 36, radix: 36)) } ?? "."
        })
    }
  }

  /// How many pages are on each node, in its colour if that is wanted.
  package func legend(isPainted: Bool) -> String {
    let parts = nodes.map { node in
      let text = "\(pagesByNode[node] ?? 0) pages on \(node)"
      return isPainted ? colour(node) + text + Self.plain : text
    }
    return (parts + (absentPageCount > 0 ? ["\(absentPageCount) not in memory"] : []))
      .joined(separator: ", ")
  }

  private static let plain = "\u{1B}[0m"

  /// The sequence that turns a node's colour on: the six colours of every terminal, in turn.
  private func colour(_ node: NUMANode) -> String {
    "\u{1B}[\(31 + (nodes.firstIndex(of: node) ?? 0) % 6)m"
  }
}

extension NodeMap {
  /// The map for a program.
  package var json: JSONValue {
    .object([
      ("cells", .array(cells.map { JSONValue($0?.number) })),
      (
        "pages",
        .object(nodes.map { ("\($0.number)", .integer(pagesByNode[$0] ?? 0)) })
      ),
      ("absent_pages", .integer(absentPageCount)),
    ])
  }
}
