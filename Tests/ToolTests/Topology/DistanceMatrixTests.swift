import IOPages
import Testing
import iopages

@Suite struct DistanceMatrixTests {
  @Test func hasARowAndAColumnForEachNode() {
    let matrix = DistanceMatrix([
      0: [0: 10, 1: 21, 3: 24], 3: [0: 24, 1: 34, 3: 10], 1: [0: 21, 1: 10, 3: 34],
    ])
    #expect(
      matrix.lines == [
        "           0   1   3",
        "  node 0  10  21  24",
        "  node 1  21  10  34",
        "  node 3  24  34  10",
      ])
  }

  @Test func aColumnIsAsWideAsItsLongestNumber() {
    let matrix = DistanceMatrix([8: [8: 10, 16: 120], 16: [8: 90, 16: 10]])
    #expect(
      matrix.lines == [
        "             8   16",
        "  node 8    10  120",
        "  node 16   90   10",
      ])
  }

  @Test func aDistanceThatIsUnknownIsADash() {
    #expect(
      DistanceMatrix([0: [:], 1: [1: 10]]).lines[1...] == ["  node 0   -   -", "  node 1   -  10"])
  }
}
