// W2: many single pages are held at once, so that no cache can hold them, and come back in the order
// in which they went, in the opposite order, or in none.

/// The order in which pages come back.
enum GivingOrder: String, CaseIterable {
  case lastFirst = "lifo"
  case firstFirst = "fifo"
  case random

  /// Arranges the first `count` slots so that they come back in this order from the first one on.
  func arrange<Block: ~Copyable>(
    _ slots: borrowing BlockSlots<Block>, count: Int, by generator: inout MixGenerator
  ) {
    switch self {
    case .firstFirst: break
    case .lastFirst: slots.reverse(count: count)
    case .random: slots.shuffle(count: count, by: &generator)
    }
  }
}

/// W2: 65,536 single pages are taken and then given back.
struct BulkWorkload: SubjectWorkload {
  var context: BenchContext

  func lanes<Subject: BenchSubject>(of subject: Subject) -> [BenchLane] {
    let context = context
    let count = min(context.sizes.pageCount, subject.limits.pageLimit)
    return GivingOrder.allCases.map { order in
      BenchLane(key: order.rawValue) {
        var generator = MixGenerator(seed: 2)
        let slots = BlockSlots<Subject.Block>(capacity: count)
        let taking = context.time { subject.fill(slots, count: count) }
        order.arrange(slots, count: count, by: &generator)
        let giving = context.time { subject.drain(slots, count: count) }
        return [
          BenchSample(metric: "\(order.rawValue)-allocate", value: taking / Double(count)),
          BenchSample(metric: "\(order.rawValue)-free", value: giving / Double(count)),
        ]
      }
    }
  }
}
