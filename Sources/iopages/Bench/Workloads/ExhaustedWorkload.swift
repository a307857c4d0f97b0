// W10: a pool with nothing left has to say so quickly, each time, and without others noticing.

import IOPageCore
import IOPages
import PagePools
import Synchronization

/// W10, through the public API: requests that are refused, and pairs in another pool meanwhile.
struct ExhaustedWorkload {
  var context: BenchContext

  private static let byteCount = 64 << 20

  func lanes() throws -> [BenchLane] {
    let context = context
    let empty = PoolPages(pool: try PagePool.forMeasuring(byteCount: Self.byteCount))
    let other = PoolPages(pool: try PagePool.forMeasuring(byteCount: Self.byteCount))
    let taken = TakenPages(of: empty)
    let requests = context.repetitions { Self.request($0, of: empty) }
    let pairs = context.repetitions { other.pairs($0, order: 0) }
    let threads = MeasuredThreads(count: 2, processors: context.processors)
    return [
      BenchLane(key: "exhausted") {
        let elapsed = context.time(requests) { Self.request($0, of: empty) }
        withExtendedLifetime(taken) {}
        return [BenchSample(metric: "exhausted", value: elapsed / Double(requests))]
      },
      BenchLane(key: "other-pair") {
        let isDone = Latch()
        let elapsed = Atomic<UInt64>(0)
        _ = try threads.run { index, clock in
          clock.measure {
            if index == 0 {
              elapsed.store(
                UInt64(context.time { other.pairs(pairs, order: 0) }), ordering: .releasing)
              isDone.open()
            } else {
              while !isDone.isOpen { Self.request(16, of: empty) }
            }
          }
        }
        let nanoseconds = Double(elapsed.load(ordering: .acquiring))
        return [
          BenchSample(metric: "other-pair", threads: 2, value: nanoseconds / Double(pairs))
        ]
      },
    ]
  }

  /// Asks for a page that is not there.
  private static func request(_ count: Int, of subject: PoolPages) {
    for _ in 0..<count where subject.take(order: 0) != nil {
      fatalError("A pool without a free page has given one.")
    }
  }
}

/// All pages of a pool.
private final class TakenPages {
  private let slots: BlockSlots<IOPage>
  private var count = 0

  init(of subject: PoolPages) {
    slots = BlockSlots(capacity: subject.pool.statistics.pageCount)
    while let page = subject.take(order: 0) {
      slots.put(page, at: count)
      count += 1
    }
  }

  deinit {
    for index in 0..<count { _ = slots.take(at: index) }
  }
}

/// Something that one thread says to another, once.
private final class Latch: Sendable {
  private let flag = Atomic<Bool>(false)
  var isOpen: Bool { flag.load(ordering: .acquiring) }
  func open() { flag.store(true, ordering: .releasing) }
}
