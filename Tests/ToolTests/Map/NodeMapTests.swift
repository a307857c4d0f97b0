import IOPages
import Testing
import iopages

@Suite struct NodeMapTests {
  static let map = NodeMap(pages: [0, 0, 0, 2, 2, 2, nil, nil, nil, 2], pagesPerCell: 2)

  @Test func aCellIsOnTheNodeThatMostOfItsPagesAreOn() {
    #expect(Self.map.cells == [0, 0, 2, nil, 2])
    #expect(Self.map.pagesByNode == [0: 3, 2: 4])
    #expect(Self.map.absentPageCount == 3)
    #expect(NodeMap(pages: [5, 4, 5, 0, nil, nil, nil], pagesPerCell: 7).cells == [5])
    #expect(NodeMap(pages: [], pagesPerCell: 4).cells == [])
  }

  @Test func aRowIsInTheColoursOfTheNodes() {
    let (first, second, plain) = ("\u{1B}[31m", "\u{1B}[32m", "\u{1B}[0m")
    #expect(Self.map.painted("3310a", from: 0) == "\(first)33\(second)1\(plain)0\(second)a\(plain)")
    // A row from the middle, longer than the map.
    #expect(Self.map.painted("0a.", from: 3) == "0\(second)a\(plain).")
    #expect(Self.map.painted("", from: 0) == "")
  }

  @Test func withoutColoursThereAreNumbers() {
    #expect(Self.map.rows == ["002.2"])
    #expect(
      NodeMap(pages: Array(repeating: 11, count: RegionMap.rowLength + 1), pagesPerCell: 1).rows
        == [String(repeating: "b", count: RegionMap.rowLength), "b"])
  }

  @Test func theLegendCountsPages() {
    #expect(
      Self.map.legend(isPainted: false) == "3 pages on node 0, 4 pages on node 2, 3 not in memory")
    #expect(
      Self.map.legend(isPainted: true)
        == "\u{1B}[31m3 pages on node 0\u{1B}[0m, \u{1B}[32m4 pages on node 2\u{1B}[0m, 3 not in memory"
    )
    #expect(
      Self.map.json.description
        == #"{"cells":[0,0,2,null,2],"pages":{"0":3,"2":4},"absent_pages":3}"#)
  }
}
