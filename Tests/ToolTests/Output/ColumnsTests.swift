import Testing
import iopages

@Suite struct ColumnsTests {
  @Test(
    arguments: [
      (0, 2, "0.00"), (1.005, 1, "1.0"), (0.05, 1, "0.1"), (12.345, 2, "12.35"), (-0.5, 1, "-0.5"),
      (-0.001, 2, "0.00"), (99.999, 2, "100.00"), (2.5, 0, "3"), (0.98, 2, "0.98"),
    ] as [(Double, Int, String)])
  func roundsToDecimals(number: Double, digits: Int, text: String) {
    #expect(number.formatted(decimals: digits) == text)
  }

  @Test(arguments: [Double.nan, .infinity, 1e20])
  func aNumberWithoutSuchAFormIsADash(number: Double) {
    #expect(number.formatted(decimals: 2) == "-")
  }

  @Test(
    arguments: [(0, "0:00"), (7, "0:07"), (59.9, "0:59"), (750, "12:30"), (3723, "1:02:03")])
  func showsTimeAsAClockDoes(seconds: Double, text: String) {
    #expect(Duration.seconds(seconds).clockText == text)
  }
}
