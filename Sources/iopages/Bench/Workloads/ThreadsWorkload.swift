// W5: W1, W2 in random order, and W3 on several threads at once, each bound to a processor, and
// blocks that one thread takes and another gives back. Figures are operations of all threads
// together, an allocation and a release counting one each.

/// W5, all but the handing over.
struct ThreadsWorkload: SubjectWorkload {
  var context: BenchContext

  func lanes<Subject: BenchSubject>(of subject: Subject) -> [BenchLane] {
    let limits = subject.limits
    let counts = context.processors.threadCounts.filter { limits.isThreadSafe || $0 == 1 }
    return counts.flatMap { threads in
      [pairs(subject, threads: threads), bulk(subject, threads: threads)]
        + (limits.threadedMixRefusal == nil ? [mix(subject, threads: threads)] : [])
    }
  }

  /// A rate of all threads together, in millions for each second.
  private func rate(_ metric: String, operations: Int, threads: Int, nanoseconds: Double)
    -> [BenchSample]
  {
    let rate = Double(operations * threads) / nanoseconds * 1000
    return [BenchSample(metric: metric, threads: threads, unit: .operationRate, value: rate)]
  }

  private func pairs<Subject: BenchSubject>(_ subject: Subject, threads count: Int) -> BenchLane {
    let threads = MeasuredThreads(count: count, processors: context.processors)
    let pairs = context.repetitions { subject.pairs($0, order: 0) }
    return BenchLane(key: "pair-\(count)") {
      let elapsed = try threads.run { _, clock in
        subject.enterThread()
        subject.pairs(pairs / 2 + 1, order: 0)
        clock.measure { subject.pairs(pairs, order: 0) }
        subject.leaveThread()
      }
      return rate("pair", operations: 2 * pairs, threads: count, nanoseconds: elapsed)
    }
  }

  private func bulk<Subject: BenchSubject>(_ subject: Subject, threads count: Int) -> BenchLane {
    let threads = MeasuredThreads(count: count, processors: context.processors)
    let pages = min(context.sizes.pageCount, subject.limits.pageLimit / count)
    return BenchLane(key: "random-\(count)") {
      let elapsed = try threads.run { index, clock in
        subject.enterThread()
        let slots = BlockSlots<Subject.Block>(capacity: pages)
        var generator = MixGenerator(seed: UInt64(index))
        // Taken once before the clock runs, for what a thread needs only once.
        subject.fill(slots, count: pages)
        slots.shuffle(count: pages, by: &generator)
        subject.drain(slots, count: pages)
        clock.measure { subject.fill(slots, count: pages) }
        slots.shuffle(count: pages, by: &generator)
        clock.measure { subject.drain(slots, count: pages) }
        subject.leaveThread()
      }
      return rate("random", operations: 2 * pages, threads: count, nanoseconds: elapsed)
    }
  }

  private func mix<Subject: BenchSubject>(_ subject: Subject, threads count: Int) -> BenchLane {
    let threads = MeasuredThreads(count: count, processors: context.processors)
    let (context, sizes) = (context, context.sizes)
    guard subject.limits.largestOrder >= sizes.largestMixedOrder else {
      return BenchLane(key: "step-\(count)") { [] }
    }
    let makeBlocks: @Sendable (Int) -> MixedBlocks<Subject> = { index in
      MixedBlocks(
        of: subject, count: sizes.slotCount, largestOrder: sizes.largestMixedOrder,
        seed: UInt64(index))
    }
    let steps = context.repetitions(makeBlocks(0).step)
    return BenchLane(key: "step-\(count)") {
      let elapsed = try threads.run { index, clock in
        subject.enterThread()
        do {
          let blocks = makeBlocks(index)
          blocks.step(steps / 2 + 1)
          clock.measure { blocks.step(steps) }
        }
        subject.leaveThread()
      }
      return rate("step", operations: 2 * steps, threads: count, nanoseconds: elapsed)
    }
  }
}

/// W5's handing over: one thread takes single pages, another one gives them back.
struct HandoverWorkload: SubjectWorkload {
  var context: BenchContext

  private static let ringCapacity = 1024

  func lanes<Subject: BenchSubject>(of subject: Subject) -> [BenchLane] {
    guard subject.limits.isThreadSafe else { return [] }
    let count = context.sizes.handoverCount
    let threads = MeasuredThreads(count: 2, processors: context.processors)
    return [
      BenchLane(key: "handover") {
        let ring = HandoverRing<Subject.Block>(capacity: HandoverWorkload.ringCapacity)
        let elapsed = try threads.run { index, clock in
          subject.enterThread()
          var cursor = HandoverRing<Subject.Block>.Cursor()
          clock.measure {
            if index == 0 {
              for _ in 0..<count { ring.put(subject.mustTake(order: 0), at: &cursor) }
              ring.finishPutting(&cursor)
            } else {
              for _ in 0..<count { subject.give(ring.take(at: &cursor)) }
            }
          }
          subject.leaveThread()
        }
        let rate = Double(count) / elapsed * 1000
        return [BenchSample(metric: "handover", threads: 2, unit: .pageRate, value: rate)]
      }
    ]
  }
}
