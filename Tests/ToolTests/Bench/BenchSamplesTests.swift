import Testing

@testable import iopages

@Suite struct BenchSamplesTests {
  @Test func sortsByWorkload() {
    var samples = BenchSamples()
    for workload in [BenchWorkload.opening, .exhausted, .pair] {
      samples.add(BenchSample(metric: "a", value: 1), of: .pages, in: workload)
    }
    #expect(samples.results.map(\.figure.workload) == [.pair, .opening, .exhausted])
  }

  @Test func collectsByFigureAsTheyComeAndBySubject() {
    var samples = BenchSamples()
    for round in 1...3 {
      samples.add(BenchSample(metric: "b", value: Double(round)), of: .glibc, in: .pair)
      samples.add(BenchSample(metric: "a", value: Double(round * 10)), of: .glibc, in: .pair)
      samples.add(BenchSample(metric: "b", value: 7), of: .pages, in: .pair)
      samples.add(BenchSample(metric: "b", threads: 2, value: 8), of: .pages, in: .pair)
    }
    let results = samples.results
    #expect(results.map(\.figure.metric) == ["b", "b", "a", "b"])
    #expect(results.map(\.subject) == [.pages, .glibc, .glibc, .pages])
    #expect(results.map(\.figure.threads) == [1, 1, 1, 2])
    #expect(results.map(\.median) == [7, 2, 20, 8])
    #expect(results.allSatisfy { $0.sampleCount == 3 })
  }
}
