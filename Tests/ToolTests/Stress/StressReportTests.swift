import Testing

@testable import iopages

@Suite struct StressReportTests {
  private func report(errors: Int = 0, leaked: Int = 0) -> StressReport {
    var tally = StressTally()
    tally.operations = 1000
    tally.allocations = 600
    tally.pagesOut = 50_000
    return StressReport(
      seed: 9, pageCount: 100, tally: tally, errors: errors, leakedPages: leaked, seconds: 1.23456,
      failure: nil)
  }

  @Test func theLineForProgramsHasFiveFigures() {
    #expect(
      report(errors: 1, leaked: 2).json.description
        == #"{"seed":9,"operations":1000,"errors":1,"leakedPages":2,"seconds":1.235}"#)
  }

  @Test func theLinesForPeopleSayWhetherItIsGood() {
    #expect(report().isGood)
    let text = report().lines.joined(separator: "\n")
    for words in ["1000 operations in 1.2 s", "50 % of 100 pages out", "no error, no leak"] {
      #expect(text.contains(words), "\(text)")
    }
    #expect(!report(errors: 1).isGood)
    #expect(!report(leaked: 3).isGood)
    #expect(report(leaked: 3).lines.last == "0 error(s), 3 page(s) leaked")
  }

  @Test func progressIsThatOfTheLimitThatComesFirst() {
    var options = StressOptions()
    options.seconds = 10
    var progress = StressProgress(operations: 500, elapsed: .seconds(2), options: options)
    #expect(progress.fraction == 0.2)
    progress.options.operations = 1000
    #expect(progress.fraction == 0.5)
    progress.operations = 2000
    #expect(progress.fraction == 1)
    progress.options = StressOptions()
    #expect(progress.fraction == 0)
  }
}
