// W1, W1b and W4: blocks that are given back as soon as they are taken. The fastest that an
// allocator can be: nothing but its hit path is run.

/// W1: one single page, taken and given back.
struct PairWorkload: SubjectWorkload {
  var context: BenchContext

  func lanes<Subject: BenchSubject>(of subject: Subject) -> [BenchLane] {
    let context = context
    let count = context.repetitions { subject.pairs($0, order: 0) }
    return [
      BenchLane(key: "pair") {
        let elapsed = context.time(count) { subject.pairs($0, order: 0) }
        return [BenchSample(metric: "pair", value: elapsed / Double(count))]
      }
    ]
  }
}

/// W1b: bursts of 32 single pages through the calls for many pages.
struct BurstWorkload: SubjectWorkload {
  var context: BenchContext

  static let burstSize = 32

  func lanes<Subject: BenchSubject>(of subject: Subject) -> [BenchLane] {
    let context = context
    let size = BurstWorkload.burstSize
    let count = context.repetitions { subject.bursts($0, size: size) }
    return [
      BenchLane(key: "page") {
        let elapsed = context.time(count) { subject.bursts($0, size: size) }
        return [BenchSample(metric: "page", value: elapsed / Double(count * size))]
      }
    ]
  }
}

/// W4: W1 with blocks of each order.
struct OrderWorkload: SubjectWorkload {
  var context: BenchContext

  static let orders = 0...10

  func lanes<Subject: BenchSubject>(of subject: Subject) -> [BenchLane] {
    OrderWorkload.orders.filter { $0 <= subject.limits.largestOrder }.map { order in
      let context = context
      let count = context.repetitions { subject.pairs($0, order: order) }
      return BenchLane(key: "pair-o\(order)") {
        let elapsed = context.time(count) { subject.pairs($0, order: order) }
        return [BenchSample(metric: "pair-o\(order)", value: elapsed / Double(count))]
      }
    }
  }
}
