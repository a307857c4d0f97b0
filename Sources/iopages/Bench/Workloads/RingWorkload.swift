// W14: pages that go from one thread to another through a ring, and the ring by itself.

import CBenchSupport
import IOPages

/// W14.
struct RingWorkload {
  var context: BenchContext
  /// The subjects to measure, of those that are rings.
  var names: [SubjectName]

  private static let capacity = 1024
  /// As many as drivers handle at a time.
  private static let burst = 32

  func lanes() throws -> [SubjectLane] {
    // As large as W5's: what the processors' caches may hold depends on it.
    let pool = PoolPages(
      pool: try PagePool.forMeasuring(byteCount: 2 * context.sizes.byteCountPerThread))
    return names.flatMap { name -> [SubjectLane] in
      switch name {
      case .singleProducerRing: lanes(SingleProducerRings.self, name, pool)
      case .multiProducerRing: lanes(MultiProducerRings.self, name, pool)
      case .lamportQueue: lanes(LamportQueues.self, name, pool)
      default: []
      }
    }
  }

  private func lanes<Ring: MeasuredRing>(
    _ ring: Ring.Type, _ name: SubjectName, _ pool: PoolPages
  ) -> [SubjectLane] {
    [
      (name, burstLane(ring, pool)), (name, handoverLane(ring, pool)),
      (name, burstHandoverLane(ring, pool)),
    ]
  }

  /// One thread puts a burst in and takes it out again.
  private func burstLane<Ring: MeasuredRing>(_ ring: Ring.Type, _ pool: PoolPages) -> BenchLane {
    let context = context
    let ring = BurstRing<Ring>(capacity: Self.capacity, burst: Self.burst, pool: pool)
    let count = context.repetitions(ring.run)
    return BenchLane(key: "push-pop") {
      let elapsed = context.time(count, ring.run)
      return [BenchSample(metric: "push-pop", value: elapsed / Double(count * Self.burst))]
    }
  }

  /// One thread takes pages from the pool and puts them in, another one takes them out and drops
  /// them.
  private func handoverLane<Ring: MeasuredRing>(
    _ ring: Ring.Type, _ pool: PoolPages
  ) -> BenchLane {
    let count = context.sizes.handoverCount
    let threads = MeasuredThreads(count: 2, processors: context.processors)
    return BenchLane(key: "handover") {
      let ends = Ring.make(capacity: Self.capacity)
      let elapsed = try threads.run { index, clock in
        if index == 0 {
          var putting = ends.takePutting()
          clock.measure {
            for _ in 0..<count {
              var page = putting.push(pool.mustTake(order: 0))
              if page != nil {
                BusyWaiting.wait {
                  if let left = page.take() { page = putting.push(left) }
                  return page == nil
                }
              }
            }
            putting.finish()
          }
        } else {
          var taking = ends.takeTaking()
          clock.measure {
            for _ in 0..<count {
              if taking.pop() == nil { BusyWaiting.wait { taking.pop() != nil } }
            }
          }
        }
      }
      let rate = Double(count) / elapsed * 1000
      return [BenchSample(metric: "handover", threads: 2, unit: .pageRate, value: rate)]
    }
  }
}

extension RingWorkload {
  /// The same in bursts, by the calls for many pages of the pool and, where there are, of the ring.
  private func burstHandoverLane<Ring: MeasuredRing>(
    _ ring: Ring.Type, _ pool: PoolPages
  ) -> BenchLane {
    // Whole bursts: each side counts them, and nothing is left over.
    let bursts = max(1, context.sizes.handoverCount / Self.burst)
    let threads = MeasuredThreads(count: 2, processors: context.processors)
    return BenchLane(key: "handover-burst") {
      let ends = Ring.make(capacity: Self.capacity)
      let elapsed = try threads.run { index, clock in
        var pages = UniqueArray<IOPage>(minimumCapacity: Self.burst)
        if index == 0 {
          var putting = ends.takePutting()
          clock.measure {
            for _ in 0..<bursts {
              pool.mustTake(singlePages: Self.burst, into: &pages)
              putting.push(contentsOf: &pages)
              if !pages.isEmpty {
                BusyWaiting.wait {
                  putting.push(contentsOf: &pages)
                  return pages.isEmpty
                }
              }
            }
            putting.finish()
          }
        } else {
          var taking = ends.takeTaking()
          clock.measure {
            var left = bursts * Self.burst
            while left > 0 {
              taking.pop(into: &pages)
              if pages.isEmpty {
                BusyWaiting.wait {
                  taking.pop(into: &pages)
                  return !pages.isEmpty
                }
              }
              left -= pages.count
              pool.pool.free(&pages)
            }
          }
        }
      }
      let rate = Double(bursts * Self.burst) / elapsed * 1000
      return [
        BenchSample(metric: "handover-burst", threads: 2, unit: .pageRate, value: rate)
      ]
    }
  }
}

/// Both ends of a ring in one hand, and the pages that go through it.
private final class BurstRing<Ring: MeasuredRing> {
  // Nil while they are used, in local variables: those need no check for exclusive use.
  private var putting: Ring.Putting?
  private var taking: Ring.Taking?
  private let slots: BlockSlots<IOPage>
  private let burst: Int

  init(capacity: Int, burst: Int, pool: PoolPages) {
    let ends = Ring.make(capacity: capacity)
    putting = ends.takePutting()
    taking = ends.takeTaking()
    slots = BlockSlots(capacity: burst)
    self.burst = burst
    pool.fill(slots, count: burst)
  }

  deinit {
    for index in 0..<burst { _ = slots.take(at: index) }
  }

  func run(_ times: Int) {
    guard var putting = putting.take(), var taking = taking.take() else {
      fatalError("The ring is in use.")
    }
    for _ in 0..<times {
      for index in 0..<burst {
        if putting.push(slots.take(at: index)) != nil { fatalError("The ring has no room.") }
      }
      putting.finish()
      for index in 0..<burst {
        guard let page = taking.pop() else { fatalError("The ring has lost a page.") }
        slots.put(page, at: index)
      }
    }
    self.putting = consume putting
    self.taking = consume taking
  }
}
