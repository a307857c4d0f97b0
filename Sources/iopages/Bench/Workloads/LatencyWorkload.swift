// W9: not what an operation costs on average but how long one may take: the distribution of each
// allocation and each release under W3 on two threads.
//
// Each operation is timed by reading the processor's counter before and after it. That costs about
// 10 ns, which are in the figures; the subjects `none` and `loop` show them by themselves. The times
// are written down while the threads run, and sorted into histograms afterwards.

import CBenchSupport
import Histogram
import IOPages
import Synchronization

/// W9.
struct LatencyWorkload: SubjectWorkload {
  var context: BenchContext

  private static let threadCount = 2
  private static let percentiles: [(String, Double)] = [
    ("p50", 50), ("p99", 99), ("p99.9", 99.9), ("max", 100),
  ]

  func lanes<Subject: BenchSubject>(of subject: Subject) -> [BenchLane] {
    let sizes = context.sizes
    let limits = subject.limits
    guard limits.isThreadSafe, limits.threadedMixRefusal == nil,
      limits.largestOrder >= sizes.largestMixedOrder
    else { return [] }
    let threads = MeasuredThreads(
      count: LatencyWorkload.threadCount, processors: context.processors)
    return [
      BenchLane(key: "latency") {
        let histograms = Mutex((allocate: LatencyHistogram(), free: LatencyHistogram()))
        let rate = TickRate.ticksPerNanosecond
        _ = try threads.run { index, clock in
          subject.enterThread()
          var times = LatencyTimes(stepCount: sizes.latencySteps)
          do {
            let blocks = MixedBlocks(
              of: subject, count: sizes.slotCount, largestOrder: sizes.largestMixedOrder,
              seed: UInt64(index))
            blocks.step(sizes.slotCount)
            clock.measure {
              blocks.step(sizes.latencySteps, clock: bench_ticks) { free, allocate in
                times.append(free: free, allocate: allocate)
              }
            }
          }
          subject.leaveThread()
          histograms.withVisibleLock { histograms in
            for ticks in times.free { histograms.free.record(ticks: ticks, rate: rate) }
            for ticks in times.allocate { histograms.allocate.record(ticks: ticks, rate: rate) }
          }
        }
        return histograms.withVisibleLock { histograms in
          samples("allocate", histograms.allocate) + samples("free", histograms.free)
        }
      }
    ]
  }

  private func samples(_ operation: String, _ histogram: LatencyHistogram) -> [BenchSample] {
    LatencyWorkload.percentiles.map { name, percentile in
      BenchSample(
        metric: "\(operation)-\(name)", threads: LatencyWorkload.threadCount,
        value: histogram.nanoseconds(atPercentile: percentile))
    }
  }
}

/// The times of one thread's steps, in ticks.
private struct LatencyTimes {
  private(set) var free: [UInt32]
  private(set) var allocate: [UInt32]
  private var count = 0

  init(stepCount: Int) {
    // Written once before the clock runs, so that no page comes into memory while it does.
    free = Array(repeating: 1, count: stepCount)
    allocate = Array(repeating: 1, count: stepCount)
  }

  @inline(__always)
  mutating func append(free: UInt64, allocate: UInt64) {
    self.free[count] = UInt32(clamping: free)
    self.allocate[count] = UInt32(clamping: allocate)
    count += 1
  }
}

/// A distribution of times with three significant digits.
struct LatencyHistogram {
  /// In tenths of a nanosecond, up to a minute.
  private var histogram = Histogram<UInt64>(
    highestTrackableValue: 600_000_000_000, numberOfSignificantValueDigits: .three)

  mutating func record(ticks: UInt32, rate: Double) {
    histogram.record(UInt64(Double(ticks) / rate * 10))
  }

  func nanoseconds(atPercentile percentile: Double) -> Double {
    Double(percentile == 100 ? histogram.max : histogram.valueAtPercentile(percentile)) / 10
  }
}

/// How fast the processor's counter runs.
enum TickRate {
  /// Found by waiting 20 ms, once.
  static let ticksPerNanosecond: Double = {
    let (start, startTicks) = (bench_nanoseconds(), bench_ticks())
    while bench_nanoseconds() - start < 20_000_000 {}
    let (end, endTicks) = (bench_nanoseconds(), bench_ticks())
    return Double(endTicks &- startTicks) / Double(end - start)
  }()

  /// What one reading of the counter costs, in nanoseconds.
  static func readingCost() -> Double {
    let count = 100_000
    let start = bench_nanoseconds()
    for _ in 0..<count { bench_use(UInt(bench_ticks())) }
    return Double(bench_nanoseconds() - start) / Double(count)
  }
}
