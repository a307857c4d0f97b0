import IOPages
import Testing

@testable import iopages

/// Sizes with which a workload is over at once.
func tinyBenchSizes() -> BenchSizes {
  var sizes = BenchSizes()
  sizes.rounds = 2
  sizes.leastRounds = 1
  sizes.nanosecondsPerFigure = 10_000_000_000
  sizes.nanosecondsPerRound = 10_000
  sizes.byteCountPerThread = 64 << 20
  sizes.pageCount = 512
  sizes.slotCount = 64
  sizes.fragmentedByteCount = 64 << 20
  sizes.churnSteps = 2000
  sizes.seeds = 2
  sizes.openedByteCounts = [64 << 20]
  sizes.latencySteps = 500
  sizes.handoverCount = 2000
  return sizes
}

@Suite struct SubjectWorkloadTests {
  private func run(
    _ workload: BenchWorkload, _ names: [SubjectName], peers: [AnySubject] = []
  ) throws -> [BenchResult] {
    let context = BenchContext(sizes: tinyBenchSizes(), processors: try Processors())
    var run = BenchRun(context: context, names: names)
    try run.measure(workload, peers: peers)
    return run.samples.results
  }

  private static let bulkMetrics = ["lifo", "fifo", "random"].flatMap {
    ["\($0)-allocate", "\($0)-free"]
  }
  private static let latencyMetrics = ["allocate", "free"].flatMap { operation in
    ["p50", "p99", "p99.9", "max"].map { "\(operation)-\($0)" }
  }

  @Test(
    arguments: [
      (.pair, ["pair"]), (.burst, ["page"]), (.bulk, bulkMetrics), (.mix, ["step"]),
      (.orders, (0...10).map { "pair-o\($0)" }),
      (.fragmentation, ["huge-share", "huge-blocks", "largest-order", "failures"]),
      (.opening, ["open-ns", "resident-bytes", "metadata-bytes-per-page"]),
      (.zeroed, ["pair-dirty", "pair-fresh"]), (.latency, latencyMetrics),
      (.exhausted, ["exhausted", "other-pair"]),
    ] as [(BenchWorkload, [String])])
  func givesTheMetricsOfItsName(workload: BenchWorkload, metrics: [String]) throws {
    let results = try run(workload, [.pages])
    #expect(results.map(\.figure.metric) == metrics)
    for result in results {
      #expect(result.subject == .pages)
      #expect(result.figure.workload == workload)
      #expect(result.sampleCount == 2)
      // The process may have less in memory than before: other tests give some back meanwhile.
      if result.figure.metric != "resident-bytes" { #expect(result.minimum >= 0) }
    }
  }

  @Test func runsOnSeveralThreads() throws {
    let results = try run(.threads, [.pages])
    let counts = try Processors().threadCounts
    var expected: Set<String> = ["handover 2"]
    for count in counts {
      for name in ["pair", "random", "step"] { expected.insert("\(name) \(count)") }
    }
    #expect(Set(results.map { "\($0.figure.metric) \($0.figure.threads)" }) == expected)
    for result in results {
      let unit: BenchUnit = result.figure.metric == "handover" ? .pageRate : .operationRate
      #expect(result.figure.unit == unit)
      #expect(result.minimum > 0)
    }
  }

  @Test(arguments: [BenchWorkload.pair, .burst, .bulk, .mix, .orders, .threads, .latency])
  func measuresEverySubjectThatCanDoIt(workload: BenchWorkload) throws {
    var peers = PeerCatalog()
    peers.open([.glibc])
    let found = Set(try run(workload, SubjectName.allCases, peers: peers.subjects).map(\.subject))
    var expected: Set<SubjectName> = [.pages, .frames, .buddy, .glibc, .none, .loop]
    if workload == .latency { expected.remove(.buddy) }
    #expect(found == expected)
  }

  @Test func leavesTheBuddyOnOneThread() throws {
    let results = try run(.threads, [.buddy])
    #expect(Set(results.map(\.figure.threads)) == [1])
  }

  @Test func measuresTheLayersThatManageARegionInW6() throws {
    let results = try run(.fragmentation, SubjectName.allCases)
    #expect(Set(results.map(\.subject)) == [.pages, .frames, .buddy])
    for result in results where result.figure.metric == "huge-share" {
      #expect(result.minimum >= 0 && result.median <= 100)
    }
  }

  @Test func measuresASinglePoolAndASetInW15() throws {
    let results = try run(.nodes, SubjectName.allCases)
    #expect(Set(results.map(\.subject)) == [.pages, .poolSet])
    for subject in [SubjectName.pages, .poolSet] {
      let metrics = results.filter { $0.subject == subject }.map(\.figure.metric)
      #expect(Set(metrics) == ["local", "node", "fallback"])
    }
  }

  @Test func measuresNothingThatIsNotAskedFor() throws {
    for workload in [BenchWorkload.opening, .zeroed, .exhausted] {
      #expect(try run(workload, [.buddy, .glibc]).isEmpty)
    }
  }

  @Test(arguments: BenchWorkload.allCases)
  func givesAllPagesBack(workload: BenchWorkload) throws {
    // A pool of the test's own, used by the rounds as a subject.
    let pool = try PagePool.forMeasuring(byteCount: 64 << 20)
    let context = BenchContext(sizes: tinyBenchSizes(), processors: try Processors())
    let subject = AnySubject.pages(PoolPages(pool: pool))
    do {
      let lanes =
        switch workload {
        case .pair: subject.lanes(of: PairWorkload(context: context))
        case .burst: subject.lanes(of: BurstWorkload(context: context))
        case .bulk: subject.lanes(of: BulkWorkload(context: context))
        case .mix: subject.lanes(of: MixWorkload(context: context))
        case .orders: subject.lanes(of: OrderWorkload(context: context))
        case .threads:
          subject.lanes(of: ThreadsWorkload(context: context))
            + subject.lanes(of: HandoverWorkload(context: context))
        case .latency: subject.lanes(of: LatencyWorkload(context: context))
        case .fragmentation: subject.lanes(of: FragmentationWorkload(context: context))
        // These have pools of their own.
        case .opening, .zeroed, .exhausted, .integers, .headers, .buffers, .rings, .nodes:
          [BenchLane]()
        }
      for lane in lanes { _ = try lane.round() }
    }
    #expect(pool.statistics.allocatedPages == 0)
  }
}
