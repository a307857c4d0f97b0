// The public API, as a driver uses it: a page is taken, and given back by dropping it.

import CBenchSupport
import IOPageCore
import IOPages
import PagePools

/// ``PagePool`` and ``IOPage``.
struct PoolPages: BenchSubject {
  let pool: PagePool

  var name: SubjectName { .pages }

  @inline(__always)
  func take(order: Int) -> IOPage? {
    do throws(OutOfMemory) {
      let page = try pool.allocate(order: order, contents: .uninitialized)
      // The address is only looked at.
      unsafe bench_use(UInt(bitPattern: page.baseAddress))
      return page
    } catch {
      return nil
    }
  }

  @inline(__always)
  func give(_ block: consuming IOPage) {
    _ = consume block
  }

  func bursts(_ count: Int, size: Int) {
    var pages = UniqueArray<IOPage>(minimumCapacity: size)
    for _ in 0..<count {
      mustTake(singlePages: size, into: &pages)
      pool.free(&pages)
    }
  }

  /// Takes so many pages with one call; the workloads never ask for more than there are.
  @inline(__always)
  func mustTake(singlePages count: Int, into pages: inout UniqueArray<IOPage>) {
    do throws(OutOfMemory) {
      try pool.allocate(singlePages: count, into: &pages, contents: .uninitialized)
    } catch {
      fatalError("iopages has not enough pages left.")
    }
  }
}

extension PagePool {
  /// A pool over a region of that size whose pages come into memory when they are touched, which
  /// no timed workload does.
  static func forMeasuring(byteCount: Int) throws(RegionError) -> PagePool {
    try PagePool(
      region: MemoryRegion(RegionOptions(byteCount: byteCount, population: .none)))
  }
}
