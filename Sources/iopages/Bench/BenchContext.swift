// What all workloads are given: sizes, processors, and the measuring of one thing.

import CBenchSupport

/// Where and how large the workloads are run.
struct BenchContext {
  var sizes: BenchSizes
  var processors: Processors
  /// The frames that are parsed; nil for those that are part of this program.
  var capture: CaptureFile?

  /// The time that `body` takes, in nanoseconds.
  @inline(__always)
  func time(_ body: () -> Void) -> Double {
    let start = bench_nanoseconds()
    body()
    return Double(bench_nanoseconds() - start)
  }

  /// The time that `body` takes for `count` of what it does, after it has done some without being
  /// timed: the subject before it has left the caches with what is its own.
  @inline(__always)
  func time(_ count: Int, _ body: (Int) -> Void) -> Double {
    body(count / 2 + 1)
    return time { body(count) }
  }

  /// How often `body` has to be run to take about the time of a round, at least once.
  ///
  /// - Parameter body: does what it is told to do so many times.
  func repetitions(_ body: (Int) -> Void) -> Int {
    let goal = Double(sizes.nanosecondsPerRound)
    var count = 1
    while true {
      let elapsed = time { body(count) }
      if elapsed >= goal / 4 { return max(1, Int(Double(count) * goal / max(elapsed, 1))) }
      count *= elapsed >= goal / 64 ? 4 : 16
    }
  }
}
