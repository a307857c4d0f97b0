// W8: pages that have to be zero: memory that was used before is cleared, memory that never was is
// zero already and need not be.

import IOPageCore
import IOPages
import PagePools

/// W8, through the public API.
struct ZeroedWorkload {
  var context: BenchContext

  func lanes() throws -> [BenchLane] {
    let context = context
    let size = context.sizes.pageCount
    let pool = try PagePool.forMeasuring(byteCount: size * IOPage.pageSize)
    let count = context.repetitions { Self.pairs($0, in: pool) }
    return [
      BenchLane(key: "pair-dirty") {
        let elapsed = context.time(count) { Self.pairs($0, in: pool) }
        return [BenchSample(metric: "pair-dirty", value: elapsed / Double(count))]
      },
      BenchLane(key: "pair-fresh") {
        // Each page is taken once, from a region that nobody has used.
        let pool = try PagePool.forMeasuring(byteCount: size * IOPage.pageSize)
        let slots = BlockSlots<IOPage>(capacity: size)
        let elapsed = context.time {
          for index in 0..<size { slots.put(Self.take(from: pool), at: index) }
          for index in 0..<size { _ = slots.take(at: index) }
        }
        return [BenchSample(metric: "pair-fresh", value: elapsed / Double(size))]
      },
    ]
  }

  @inline(__always)
  private static func take(from pool: PagePool) -> IOPage {
    do throws(OutOfMemory) {
      return try pool.allocate(order: 0)
    } catch {
      fatalError("The region is too small for the workload.")
    }
  }

  /// The same page each time, which is dirty from the second time on.
  private static func pairs(_ count: Int, in pool: PagePool) {
    for _ in 0..<count { _ = take(from: pool) }
  }
}
