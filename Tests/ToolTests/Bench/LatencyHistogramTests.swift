import Testing

@testable import iopages

@Suite struct LatencyHistogramTests {
  @Test func findsPercentilesInNanoseconds() {
    var histogram = LatencyHistogram()
    // Two ticks for a nanosecond: 1...1000 ns.
    for time in 1...1000 { histogram.record(ticks: UInt32(time * 2), rate: 2) }
    for (percentile, time) in [(50, 500), (99, 990), (99.9, 999), (100, 1000)] as [(Double, Double)]
    {
      let found = histogram.nanoseconds(atPercentile: percentile)
      #expect(abs(found - time) <= time / 100, "\(percentile): \(found)")
    }
  }

  @Test func takesWhatTheCounterCanSay() {
    var histogram = LatencyHistogram()
    histogram.record(ticks: .max, rate: 1)
    #expect(histogram.nanoseconds(atPercentile: 100) >= 4.29e9)
  }

  @Test func findsTheRateOfTheCounter() {
    #expect(TickRate.ticksPerNanosecond > 0)
    #expect(TickRate.readingCost() > 0)
  }
}
