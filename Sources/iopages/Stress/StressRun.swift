// A run from its first thread to the last look at the pool.
//
//   lane 0   |== life ==||= life =||=== life ===||= …       each a thread of its own, one after the
//   lane 1   |=== life ===||== life ==||= …                 other; blocks survive in the slots
//   trimmer  |= trim = trim = trim = …
//   drainer  |= drain, walk, drain, walk …
//   caller   progress, signals, the clock …… all joined: the slots are emptied, and the pool must be
//                                            what it was at first

import FileCopying
import Glibc
import IOPages
import MemoryRegions
import Synchronization
import SystemPackage

/// A stress of one subject.
final class StressRun<Subject: StressSubject>: Sendable {
  let subject: Subject
  let options: StressOptions
  let audit: StressAudit
  let slots: SharedSlots
  let processors: Processors
  /// How the free blocks are distributed when all is free.
  let freshStatistics: [PoolStatistics]
  let record: Mutex<StressRecord>
  private let isStopped = Atomic<Bool>(false)
  private let lanesAtWork: Atomic<Int>
  /// The operations so far, of all threads.
  private let operations = Atomic<Int>(0)

  /// - Precondition: nobody else uses the subject, and all its pages are free.
  init(_ subject: Subject, options: StressOptions, processors: Processors) {
    self.subject = subject
    self.options = options
    self.processors = processors
    subject.drainCaches()
    freshStatistics = subject.statistics
    audit = StressAudit(subject, options: options)
    slots = SharedSlots(count: max(16, min(4096, audit.map.pageCount / 4)))
    record = Mutex(StressRecord())
    lanesAtWork = Atomic(options.threads)
  }

  /// Runs all threads, and looks at what is left. Once.
  ///
  /// - Parameters:
  ///   - isInterrupted: asked often; true ends the run in order.
  ///   - progress: called often.
  ///   - onFailure: called with the first failure as soon as it is there, on the thread that found it:
  ///     the process may not live long after it.
  /// - Throws: `Errno` if the system has no thread left.
  func run(
    isInterrupted: () -> Bool = { false }, progress: (StressProgress) -> Void = { _ in },
    onFailure: @escaping @Sendable (StressFailure) -> Void = { _ in }
  ) throws(Errno) -> StressReport {
    let clock = ContinuousClock()
    let start = clock.now
    var threads: [StartedThread] = []
    do throws(Errno) {
      for lane in 0..<options.threads {
        threads.append(try .init { [self] in runLane(lane, onFailure) })
      }
      for index in 0..<options.trimmers + options.drainers {
        threads.append(try .init { [self] in runBeside(index, onFailure) })
      }
    } catch {
      stop()
      lanesAtWork.store(0, ordering: .releasing)
      for thread in threads { thread.join() }
      throw error
    }
    while lanesAtWork.load(ordering: .acquiring) > 0 {
      let elapsed = start.duration(to: clock.now)
      if isInterrupted() || elapsed.inSeconds >= options.seconds ?? .infinity { stop() }
      progress(
        StressProgress(
          operations: operations.load(ordering: .relaxed), elapsed: elapsed, options: options))
      usleep(2000)
    }
    for thread in threads { thread.join() }
    try throwThreadError()
    let leakedPages = finish(onFailure)
    let record = record.withVisibleLock { $0 }
    return StressReport(
      seed: options.seed, pageCount: audit.map.pageCount, tally: record.tally,
      errors: record.errors, leakedPages: leakedPages,
      seconds: start.duration(to: clock.now).inSeconds, failure: record.failure)
  }

  private func throwThreadError() throws(Errno) {
    if let error = record.withVisibleLock({ $0.threadError }) { throw error }
  }

  /// Whether threads should end.
  var mustStop: Bool { isStopped.load(ordering: .relaxed) }

  func stop() { isStopped.store(true, ordering: .relaxed) }

  /// Whether all threads that take and give back are gone.
  var isOver: Bool { lanesAtWork.load(ordering: .acquiring) == 0 }

  /// Notes a failure, and ends the run.
  func fail(_ failure: StressFailure, _ onFailure: (StressFailure) -> Void) {
    stop()
    let isFirst = record.withVisibleLock { record in
      record.errors += 1
      if record.failure == nil { record.failure = failure }
      return record.errors == 1
    }
    if isFirst { onFailure(failure) }
  }

  var hasFailed: Bool { record.withVisibleLock { $0.errors > 0 } }

  // MARK: Threads

  /// One thread after the other, until the operations are done.
  private func runLane(_ lane: Int, _ onFailure: @escaping @Sendable (StressFailure) -> Void) {
    defer { lanesAtWork.subtract(1, ordering: .releasing) }
    var seeds = SeededGenerator(seed: options.seed &+ UInt64(lane) &* 0x2545_F491_4F6C_DD1D)
    let total = options.operations(ofThread: lane) ?? .max
    var operation = 0
    while operation < total, !mustStop {
      let life = min(total - operation, 1 + seeds.index(options.longestLife))
      let worker = StressWorker(
        subject: subject, audit: audit, slots: slots, options: options, thread: lane,
        operation: operation, random: SeededGenerator(seed: seeds.next()))
      do throws(Errno) {
        try JoinedThread { [self] in live(worker, life, onFailure) }.join()
      } catch {
        record.withVisibleLock { $0.threadError = error }
        stop()
      }
      operation += life
    }
  }

  /// What a thread does, from its start to its end.
  private func live(
    _ worker: StressWorker<Subject>, _ life: Int, _ onFailure: (StressFailure) -> Void
  ) {
    var worker = worker
    worker.tally.lives = 1
    do throws(StressFailure) {
      for step in 0..<life {
        // On one processor after the other, where the others' caches are, and now and then on any.
        if step % 1024 == 0 { move(&worker.random) }
        if step % 256 == 255 { operations.add(256, ordering: .relaxed) }
        try worker.step()
        if mustStop { break }
      }
      if !hasFailed { try worker.leaveSurvivors() }
    } catch {
      fail(error, onFailure)
    }
    // After a failure nothing more is given back: it could be somebody else's.
    if hasFailed { for block in worker.held { block.keepForEver() } }
    let tally = worker.tally
    operations.add(tally.operations % 256, ordering: .relaxed)
    record.withVisibleLock { $0.tally.add(tally) }
  }

  private func move(_ random: inout SeededGenerator) {
    let draw = random.index(processors.numbers.count * 2)
    if draw < processors.numbers.count {
      processors.bindThread(draw)
    } else {
      processors.unbindThread()
    }
  }
}

/// What all threads of a run write into.
struct StressRecord: Sendable {
  var tally = StressTally()
  var errors = 0
  var failure: StressFailure?
  var threadError: Errno?
}

/// A thread in an array, which holds only what can be copied.
private final class StartedThread {
  private var thread: JoinedThread?

  init(_ body: @escaping @Sendable () -> Void) throws(Errno) { thread = try JoinedThread(body) }

  func join() { thread.take()?.join() }
}
