import Testing
import iopages

@Suite struct RegionMapTests {
  @Test func drawsEachCellByTheLargestBlockInIt() {
    let map = RegionMap(
      frameCount: 16, committedCount: 12, blocks: [0..<1, 2..<4, 4..<8, 9..<12])
    #expect(map.framesPerCell == 1)
    #expect(map.cells == "0.112222.222    ")
  }

  @Test func severalFramesShareACellOfALargeRegion() {
    let most = RegionMap.rowLength * RegionMap.largestRowCount
    #expect(RegionMap(frameCount: most, committedCount: most, blocks: []).framesPerCell == 1)
    let map = RegionMap(
      frameCount: most + 1, committedCount: most + 1,
      // A small and a large block in one cell, and a block over several cells.
      blocks: [0..<1, 4..<8, most..<most + 1])
    #expect(map.framesPerCell == 2)
    #expect(map.cells.count == most / 2 + 1)
    #expect(map.cells.hasPrefix("0.22."))
    #expect(map.cells.hasSuffix(".0"))
    #expect(map.rows.count <= RegionMap.largestRowCount)
    #expect(map.rows.joined() == map.cells)
  }

  @Test func everyOrderHasACharacterOfItsOwn() {
    let symbols = (0...35).map(RegionMap.symbol)
    #expect(Set(symbols).count == 36)
    #expect(symbols[0] == "0" && symbols[10] == "a" && symbols[35] == "z")
    #expect(!symbols.contains(".") && !symbols.contains(" "))
  }

  @Test func anEmptyRegionHasNoCells() {
    #expect(RegionMap(frameCount: 0, committedCount: 0, blocks: []).cells == "")
  }
}
