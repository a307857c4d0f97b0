import Testing
import iopages

@Suite struct MachineReportTests {
  @Test(
    arguments: [
      ([], ""), ([3], "3"), ([0, 1, 2, 3], "0-3"), ([0, 2, 4], "0,2,4"), ([8, 0, 1], "0-1,8"),
      ([5, 5, 6], "5-6"),
    ] as [([Int], String)])
  func drawsRunsOfNumbersTogether(numbers: [Int], text: String) {
    #expect(rangesText(numbers) == text)
  }
}
