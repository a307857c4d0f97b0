// Runs workloads on subjects, in turns: whatever disturbs the machine for a while then disturbs all
// of them, and not the one whose turn it was.

import CBenchSupport
import IOPages

/// A run of some workloads on some subjects.
struct BenchRun {
  let context: BenchContext
  let names: [SubjectName]
  private(set) var samples = BenchSamples()
  private var timed: [AnySubject] = []

  init(context: BenchContext, names: [SubjectName]) {
    self.context = context
    self.names = names
  }

  /// Runs one workload, on these peers too if it has any.
  mutating func measure(_ workload: BenchWorkload, peers: [AnySubject]) throws {
    // Bound, unless DPDK or a workload has bound it elsewhere since.
    context.processors.bindThread(0)
    defer { context.processors.unbindThread() }
    let lanes = try lanes(of: workload, peers: peers)
    var keys: [String] = []
    for lane in lanes where !keys.contains(lane.lane.key) { keys.append(lane.lane.key) }
    for key in keys {
      try takeTurns(lanes.filter { $0.lane.key == key }, in: workload)
    }
  }

  /// One round of each lane after the other, until each has had enough.
  private mutating func takeTurns(_ lanes: [SubjectLane], in workload: BenchWorkload) throws {
    let sizes = context.sizes
    // A round with a seed of its own is like no other: none is a warm-up, and none is left out.
    let isSeeded = workload == .fragmentation
    let rounds = isSeeded ? min(sizes.seeds, sizes.rounds) : sizes.rounds
    var spent = [UInt64](repeating: 0, count: lanes.count)
    var counted = [Int](repeating: 0, count: lanes.count)
    for round in 0...rounds {
      for (index, (subject, lane)) in lanes.enumerated() {
        let isSlow = spent[index] > sizes.nanosecondsPerFigure && !isSeeded
        if counted[index] >= (isSlow ? min(sizes.leastRounds, rounds) : rounds) { continue }
        let start = bench_nanoseconds()
        let found = try lane.round()
        spent[index] += bench_nanoseconds() - start
        // The first one warms up, unless it takes so long that nothing is cold at its end.
        if round == 0 && !isSeeded && spent[index] <= sizes.nanosecondsPerFigure { continue }
        counted[index] += 1
        for sample in found { samples.add(sample, of: subject, in: workload) }
      }
    }
  }

  private mutating func lanes(
    of workload: BenchWorkload, peers: [AnySubject]
  ) throws -> [SubjectLane] {
    let hasOurs = names.contains(.pages)
    switch workload {
    case .pair: return try lanes(of: PairWorkload(context: context), peers: peers)
    case .burst: return try lanes(of: BurstWorkload(context: context), peers: peers)
    case .bulk: return try lanes(of: BulkWorkload(context: context), peers: peers)
    case .mix: return try lanes(of: MixWorkload(context: context), peers: peers)
    case .orders: return try lanes(of: OrderWorkload(context: context), peers: peers)
    case .threads:
      return try lanes(of: ThreadsWorkload(context: context), peers: peers)
        + lanes(of: HandoverWorkload(context: context), peers: peers)
    case .latency: return try lanes(of: LatencyWorkload(context: context), peers: peers)
    case .fragmentation:
      let subjects = try layers(byteCount: context.sizes.fragmentedByteCount, isShared: false)
      let workload = FragmentationWorkload(context: context)
      return subjects.flatMap { subject in
        subject.lanes(of: workload).map { (subject.name, $0) }
      }
    case .opening:
      return hasOurs ? OpeningWorkload(context: context).lanes().map { (.pages, $0) } : []
    case .zeroed:
      return hasOurs ? try ZeroedWorkload(context: context).lanes().map { (.pages, $0) } : []
    case .exhausted:
      return hasOurs ? try ExhaustedWorkload(context: context).lanes().map { (.pages, $0) } : []
    case .integers: return try IntegerWorkload(context: context, names: names).lanes()
    case .headers: return try HeaderWorkload(context: context, names: names).lanes()
    case .buffers: return try BufferWorkload(context: context, names: names).lanes()
    case .rings: return try RingWorkload(context: context, names: names).lanes()
    case .nodes: return try NodeWorkload(context: context, names: names).lanes()
    }
  }

  @inline(__always)
  private mutating func lanes(
    of workload: some SubjectWorkload, peers: [AnySubject]
  ) throws -> [SubjectLane] {
    if timed.isEmpty {
      let threads = context.processors.threadCounts.max() ?? 2
      let byteCount = context.sizes.byteCountPerThread * threads
      timed = try layers(byteCount: byteCount, isShared: true)
    }
    return (timed + peers).flatMap { subject in
      subject.lanes(of: workload).map { (subject.name, $0) }
    }
  }

  /// Our own layers, and what the harness costs by itself, as far as they are to be measured.
  ///
  /// - Parameter isShared: whether one pool serves pages and frames.
  private func layers(byteCount: Int, isShared: Bool) throws -> [AnySubject] {
    var layers: [AnySubject] = []
    var pool: PagePool?
    for name in names {
      switch name {
      case .pages, .frames:
        let opened = try pool ?? PagePool.forMeasuring(byteCount: byteCount)
        if isShared { pool = opened }
        layers.append(
          name == .pages ? .pages(PoolPages(pool: opened)) : .frames(PoolFrames(pool: opened)))
      case .buddy: layers.append(.buddy(BuddyFrames(frameCount: byteCount / IOPage.pageSize)))
      case .none where isShared: layers.append(.aligned(.empty))
      case .loop where isShared: layers.append(.loop(EmptyLoop()))
      default: break
      }
    }
    return layers
  }
}
