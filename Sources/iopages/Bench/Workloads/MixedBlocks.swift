// W3's steady state: slots that all hold a block, of which one at random is replaced in each step.

/// Slots with blocks of mixed orders.
final class MixedBlocks<Subject: BenchSubject> {
  private let subject: Subject
  private let slots: BlockSlots<Subject.Block>
  private let mask: Int
  private let largestOrder: Int
  private var generator: MixGenerator

  /// Fills the slots.
  ///
  /// - Parameter count: the slots, a power of two.
  init(of subject: Subject, count: Int, largestOrder: Int, seed: UInt64) {
    precondition(count.nonzeroBitCount == 1, "The number of slots is a power of two.")
    self.subject = subject
    slots = BlockSlots(capacity: count)
    mask = count - 1
    self.largestOrder = largestOrder
    var generator = MixGenerator(seed: seed)
    for slot in 0..<count {
      let order = generator.nextStep(mask: mask, largest: largestOrder).order
      slots.put(subject.mustTake(order: order), at: slot)
    }
    self.generator = generator
  }

  deinit {
    for slot in 0...mask { subject.give(slots.take(at: slot)) }
  }

  /// Gives back the block of a random slot and takes one of a random order for it, `count` times.
  @inline(__always)
  func step(_ count: Int) {
    // Held by the loop: a field would be written in each step.
    var generator = generator
    for _ in 0..<count {
      let (slot, order) = generator.nextStep(mask: mask, largest: largestOrder)
      subject.give(slots.take(at: slot))
      slots.put(subject.mustTake(order: order), at: slot)
    }
    self.generator = generator
  }

  /// As ``step(_:)``, and tells how long each of the two calls took, by the processor's counter.
  @inline(__always)
  func step(_ count: Int, clock: () -> UInt64, report: (_ free: UInt64, _ allocate: UInt64) -> Void)
  {
    var generator = generator
    for _ in 0..<count {
      let (slot, order) = generator.nextStep(mask: mask, largest: largestOrder)
      let start = clock()
      subject.give(slots.take(at: slot))
      let middle = clock()
      slots.put(subject.mustTake(order: order), at: slot)
      report(middle &- start, clock() &- middle)
    }
    self.generator = generator
  }
}

/// W3: 8192 slots with blocks of the orders 0…9, each half as likely as the one below (and order 9
/// as likely as 8).
struct MixWorkload: SubjectWorkload {
  var context: BenchContext

  func lanes<Subject: BenchSubject>(of subject: Subject) -> [BenchLane] {
    let (context, sizes) = (context, context.sizes)
    guard subject.limits.largestOrder >= sizes.largestMixedOrder else { return [] }
    let blocks = MixedBlocks(
      of: subject, count: sizes.slotCount, largestOrder: sizes.largestMixedOrder, seed: 3)
    let count = context.repetitions { blocks.step($0) }
    return [
      BenchLane(key: "step") {
        let elapsed = context.time(count) { blocks.step($0) }
        return [BenchSample(metric: "step", value: elapsed / Double(count))]
      }
    ]
  }
}
