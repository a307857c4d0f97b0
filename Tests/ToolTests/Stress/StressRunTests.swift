import IOPages
import MemoryTestSupport
import PagePools
import Testing

@testable import iopages

extension PoolSubject {
  /// A pool of a few pages.
  static func small(
    byteCount: Int = 8 << 20, _ method: ProcessorCacheMethod = .restartableSequences,
    inspection: PoolInspection = PoolInspection()
  ) throws -> PoolSubject {
    try PoolSubject(
      MemoryRegion(RegionOptions(byteCount: byteCount, population: .none)), cacheMethod: method,
      inspection: inspection)
  }
}

@Suite struct StressRunTests {
  private func options(_ name: String) -> StressOptions {
    var options = StressOptions()
    options.threads = 3
    options.operations = 9000
    options.seed = TestSeed.choose(for: name)
    return options
  }

  private func expectGood(
    _ subject: some StressSubject, _ options: StressOptions,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> StressReport {
    let report = try StressRun(subject, options: options, processors: iopages.Processors()).run()
    #expect(report.isGood, "\(String(describing: report.failure))", sourceLocation: sourceLocation)
    #expect(report.tally.operations == options.operations, sourceLocation: sourceLocation)
    return report
  }

  @Test(arguments: [ProcessorCacheMethod.restartableSequences, .exchange, .none])
  func aSoundPoolIsFoundSound(method: ProcessorCacheMethod) throws {
    let report = try expectGood(PoolSubject.small(method), options("aSoundPoolIsFoundSound"))
    let tally = report.tally
    for figure in [tally.allocations, tally.zeroedPages, tally.handovers, tally.parts] {
      #expect(figure > 100)
    }
    #expect(tally.lives > 3, "threads end, and others take their place")
    // Most of the pool was out most of the time.
    #expect(tally.pagesOut / tally.operations > report.pageCount / 2)
  }

  @Test func trimsAndDrainsGoOnBeside() throws {
    var options = options("trimsAndDrainsGoOnBeside")
    options.trimmers = 1
    options.drainers = 2
    options.operations = 30_000
    let report = try expectGood(PoolSubject.small(), options)
    #expect(report.tally.walks > 0)
  }

  @Test func whoWantsMoreThanThereIsIsRefusedAndNothingElseHappens() throws {
    var options = options("whoWantsMoreThanThereIsIsRefusedAndNothingElseHappens")
    options.fill = 1.5
    options.orders = 0...11
    #expect(try expectGood(PoolSubject.small(byteCount: 1 << 20), options).tally.refusals > 0)
  }

  /// All threads together want each page of a pool, and never one more: nobody may be refused.
  @Test func singlePagesAreNeverRefusedBelowTheCeiling() throws {
    var options = options("singlePagesAreNeverRefusedBelowTheCeiling")
    options.orders = 0...0
    options.buffers = 0
    options.fill = 1
    options.operations = 30_000
    #expect(try expectGood(PoolSubject.small(byteCount: 128 << 10), options).tally.refusals == 0)
  }

  @Test func aPoolThatInspectsEverythingIsFoundSound() throws {
    var options = options("aPoolThatInspectsEverythingIsFoundSound")
    options.trimmers = 1
    options.drainers = 1
    var inspection = PoolInspection.debugging(quarantinedPages: 200)
    inspection.wipesOnFree = true
    _ = try expectGood(PoolSubject.small(inspection: inspection), options)
  }

  @Test func allPagesOfAPoolThatWipesAreZero() throws {
    var inspection = PoolInspection()
    inspection.wipesOnFree = true
    let report = try expectGood(
      PoolSubject.small(inspection: inspection), options("allPagesOfAPoolThatWipesAreZero"))
    #expect(report.tally.zeroedPages > report.tally.allocations)
  }

  @Test func aSetOfTwoNodesIsFoundSound() throws {
    let nodes: [NUMATopology.Node] = [
      .init(node: 0, cpus: [0, 1], totalByteCount: nil, distances: [0: 10, 1: 20]),
      .init(node: 1, cpus: [], totalByteCount: nil, distances: [0: 20, 1: 10]),
    ]
    let region = RegionOptions(byteCount: 4 << 20, population: .none)
    let set = try PagePoolSet(
      slices: [(0, region), (1, region)],
      topology: NUMATopology(nodes: nodes, source: .systemFiles))
    var options = options("aSetOfTwoNodesIsFoundSound")
    options.trimmers = 1
    options.drainers = 1
    _ = try expectGood(PoolSetSubject(poolSet: set), options)
    #expect(set.statistics.values.allSatisfy { $0.pool.allocations > 0 })
  }

  /// One thread does the same again, so that a failure can be looked at.
  @Test func oneThreadDoesTheSameAgain() throws {
    var options = options("oneThreadDoesTheSameAgain")
    options.threads = 1
    options.operations = 3000
    options.life = 500
    // What caches hold depends on the processor that the thread runs on.
    let first = try expectGood(PoolSubject.small(.none), options)
    let second = try expectGood(PoolSubject.small(.none), options)
    #expect(first.tally == second.tally)
    options.seed &+= 1
    #expect(try expectGood(PoolSubject.small(.none), options).tally != first.tally)
  }

  @Test func anInterruptionEndsItInOrder() throws {
    var options = options("anInterruptionEndsItInOrder")
    options.operations = nil
    var questions = 0
    let report = try StressRun(
      PoolSubject.small(), options: options, processors: iopages.Processors()
    ).run(isInterrupted: {
      questions += 1
      return questions == 3
    })
    #expect(report.isGood)
  }

  @Test func timeEndsIt() throws {
    var options = options("timeEndsIt")
    options.operations = nil
    options.seconds = 0
    #expect(
      try StressRun(PoolSubject.small(), options: options, processors: iopages.Processors()).run()
        .isGood)
  }

  @Test func progressGoesOn() throws {
    var options = options("progressGoesOn")
    options.operations = 20_000
    var last = -1
    var fractions: [Double] = []
    _ = try StressRun(
      PoolSubject.small(), options: options, processors: iopages.Processors()
    ).run(progress: { progress in
      #expect(progress.operations >= last)
      last = progress.operations
      fractions.append(progress.fraction)
    })
    #expect(!fractions.isEmpty)
    #expect(fractions.allSatisfy { (0...1).contains($0) })
  }
}
