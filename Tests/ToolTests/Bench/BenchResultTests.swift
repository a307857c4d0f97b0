import Testing

@testable import iopages

@Suite struct BenchResultTests {
  private func result(_ samples: [Double], metric: String = "pair") -> BenchResult {
    BenchResult(
      BenchFigure(workload: .pair, metric: metric, unit: .nanoseconds), subject: .pages,
      samples: samples)
  }

  @Test(
    arguments: [
      ([5], 5, 5, 5), ([3, 1, 2], 1, 2, 3), ([4, 1, 3, 2], 1, 2.5, 4), ([7, 7, 7, 1], 1, 7, 7),
    ] as [([Double], Double, Double, Double)])
  func takesMinimumMedianAndMaximum(
    samples: [Double], minimum: Double, median: Double, maximum: Double
  ) {
    let result = result(samples)
    #expect(result.minimum == minimum)
    #expect(result.median == median)
    #expect(result.maximum == maximum)
    #expect(result.sampleCount == samples.count)
  }

  @Test func hasTheMembersOfTheFormatInTheirOrder() {
    #expect(
      result([2, 1]).json.description
        == #"{"workload":"W1","subject":"iopages","metric":"pair","threads":1,"unit":"ns","#
        + #""minimum":1.0,"median":1.5,"samples":2}"#)
  }

  @Test func tellsSizesOfOneMetricApart() {
    let result = BenchResult(
      BenchFigure(workload: .opening, metric: "open-ns", byteCount: 1 << 30, unit: .nanoseconds),
      subject: .pages, samples: [1])
    #expect(result.json.description.contains(#""threads":1,"bytes":1073741824,"unit""#))
    #expect(result.figure.title == "W7 open-ns, 1 GiB")
  }

  @Test func namesTheThreadsWhereTheyVary() {
    let one = BenchFigure(workload: .threads, metric: "pair", unit: .operationRate)
    let two = BenchFigure(workload: .threads, metric: "pair", threads: 2, unit: .operationRate)
    #expect(one.title == "W5 pair, 1 thread")
    #expect(two.title == "W5 pair, 2 threads")
  }

  @Test func refusesAFigureWithoutSamples() async {
    await #expect(processExitsWith: .failure) {
      _ = BenchResult(
        BenchFigure(workload: .pair, metric: "pair", unit: .nanoseconds), subject: .pages,
        samples: [])
    }
  }
}
