// How much of each workload is done. The definitions of the workloads do not depend on it, only how
// long one takes and how steady its figures are; except in tests, where everything is small.

/// The sizes of the workloads.
struct BenchSizes {
  /// The most rounds of a figure.
  var rounds = 51
  /// The fewest, however long they take.
  var leastRounds = 3
  /// How long the rounds of a figure may take together, for each subject.
  var nanosecondsPerFigure: UInt64 = 500_000_000
  /// How long one round should take, where that can be chosen.
  var nanosecondsPerRound: UInt64 = 10_000_000
  /// The region of the timed workloads, for each thread.
  var byteCountPerThread = 512 << 20
  /// W2: single pages held at a time.
  var pageCount = 65_536
  /// W3, W5, W9: slots with a block each.
  var slotCount = 8192
  /// W3's largest order.
  var largestMixedOrder = 9
  /// W6: the region, and the steps at 90 %.
  var fragmentedByteCount = 1 << 30
  var churnSteps = 500_000
  /// W6: the rounds, each with a seed of its own. Seeds differ by several percent.
  var seeds = 21
  /// W7: how large the regions are that are opened.
  var openedByteCounts = [1 << 30, 64 << 30, 1 << 40]
  /// W9: steps of each thread and round.
  var latencySteps = 100_000
  /// W5: pages that go from one thread to another.
  var handoverCount = 200_000

  static let full = BenchSizes()

  /// The same workloads, and less of each figure.
  static let quick: BenchSizes = {
    var sizes = BenchSizes()
    sizes.rounds = 9
    sizes.leastRounds = 2
    sizes.nanosecondsPerFigure = 30_000_000
    sizes.nanosecondsPerRound = 3_000_000
    sizes.seeds = 3
    sizes.latencySteps = 40_000
    sizes.handoverCount = 100_000
    return sizes
  }()
}
