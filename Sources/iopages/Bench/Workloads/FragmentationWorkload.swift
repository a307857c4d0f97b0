// W6: how much of the free memory can still be had in large blocks after a long life. For those that
// manage a region: the general-purpose allocators have no end of memory to fill to 90 %.

import BuddyAllocator
import IOPages

/// W6: 1 GiB is filled to 90 %, half a million blocks come and go there, and a random half goes.
struct FragmentationWorkload: SubjectWorkload {
  var context: BenchContext

  static let hugeOrder = 9

  func lanes<Subject: BenchSubject>(of subject: Subject) -> [BenchLane] {
    let sizes = context.sizes
    let pageCount = sizes.fragmentedByteCount / IOPage.pageSize
    var seed: UInt64 = 0
    return [
      BenchLane(key: "fragmentation") {
        seed += 1
        let region = AgedRegion(
          of: subject, pageCount: pageCount, largestOrder: sizes.largestMixedOrder, seed: seed)
        // What an allocator keeps apart of the region's last life it puts together when all of it is
        // asked for: each life begins with a region that is whole.
        _ = region.largestObtainableOrder()
        region.grow()
        let failures = region.churn(steps: sizes.churnSteps)
        region.giveBackHalf()
        let possible = Double(pageCount - region.livePages) / Double(1 << Self.hugeOrder)
        let largest = region.largestObtainableOrder()
        let blocks = region.obtainableBlocks(order: Self.hugeOrder)
        return [
          BenchSample(
            metric: "huge-share", unit: .share, value: Double(blocks) / possible * 100),
          BenchSample(metric: "huge-blocks", unit: .count, value: Double(blocks)),
          BenchSample(metric: "largest-order", unit: .count, value: Double(largest)),
          BenchSample(metric: "failures", unit: .count, value: Double(failures)),
        ]
      }
    ]
  }
}

/// A region's blocks during its life.
final class AgedRegion<Subject: BenchSubject> {
  private let subject: Subject
  private let pageCount: Int
  private let largestOrder: Int
  private let slots: BlockSlots<Subject.Block>
  private var orders: [UInt8] = []
  private var generator: MixGenerator
  private(set) var livePages = 0

  init(of subject: Subject, pageCount: Int, largestOrder: Int, seed: UInt64) {
    self.subject = subject
    self.pageCount = pageCount
    self.largestOrder = largestOrder
    slots = BlockSlots(capacity: pageCount)
    generator = MixGenerator(seed: seed)
  }

  deinit {
    for index in orders.indices { subject.give(slots.take(at: index)) }
  }

  private var isFull: Bool { livePages * 10 >= pageCount * 9 }

  /// Takes a block of a random order; false if there is none.
  private func take() -> Bool {
    let order = generator.nextStep(mask: 0, largest: largestOrder).order
    guard let block = subject.take(order: order) else { return false }
    slots.put(block, at: orders.count)
    orders.append(UInt8(order))
    livePages += 1 << order
    return true
  }

  /// Gives a random block back.
  private func give() {
    guard !orders.isEmpty else { return }
    let index = Int.random(in: 0..<orders.count, using: &generator)
    slots.exchange(index, orders.count - 1)
    orders.swapAt(index, orders.count - 1)
    livePages -= 1 << Int(orders.removeLast())
    subject.give(slots.take(at: orders.count))
  }

  /// Three of four steps take a block, one gives one back, until 90 % is taken.
  func grow() {
    // A request that fails so early will fail again: the region is as full as it gets.
    var failures = 0
    while !isFull && failures < 2000 {
      if generator.next() >> 62 == 0 {
        give()
      } else if !take() {
        failures += 1
      }
    }
  }

  /// Gives back at 90 % or one time in four, takes otherwise.
  ///
  /// - Returns: how many requests failed.
  func churn(steps: Int) -> Int {
    var failures = 0
    for _ in 0..<steps {
      if isFull || generator.next() >> 62 == 0 {
        give()
      } else if !take() {
        failures += 1
      }
    }
    return failures
  }

  func giveBackHalf() {
    for _ in 0..<orders.count / 2 { give() }
  }

  /// The largest order of which there is a block. -1 if there is none at all.
  func largestObtainableOrder() -> Int {
    for order in stride(from: BlockOrder.highest, through: 0, by: -1) {
      if let block = subject.take(order: order) {
        subject.give(block)
        return order
      }
    }
    return -1
  }

  /// How many blocks of that order can be had at once.
  func obtainableBlocks(order: Int) -> Int {
    let blocks = BlockSlots<Subject.Block>(capacity: pageCount >> order + 1)
    var count = 0
    while let block = subject.take(order: order) {
      blocks.put(block, at: count)
      count += 1
    }
    for index in 0..<count { subject.give(blocks.take(at: index)) }
    return count
  }
}
