// The layer below pages: what a page calls, with blocks that nobody owns.

import CBenchSupport
import IOPages
import PagePools

/// ``PoolReference``: the processor's cache, and where it cannot serve, the pool by frames.
@safe
struct PoolFrames: BenchSubject {
  /// Keeps the pool open.
  private let pool: PagePool
  private let reference: PoolReference

  init(pool: PagePool) {
    self.pool = pool
    reference = pool.reference
  }

  var name: SubjectName { .frames }

  @inline(__always)
  func take(order: Int) -> AddressBlock? {
    if order < PoolReference.cachedOrderCount {
      let entry = reference.takeCached(order: order)
      if entry != 0 {
        if entry & PoolReference.partlyKnown != 0 {
          reference.prepareCached(entry, order: order, contents: .uninitialized)
        }
        bench_use(entry)
        // The entry's low bits are no part of the address.
        return unsafe AddressBlock(UnsafeMutableRawPointer(bitPattern: entry & ~3), order: order)
      }
    }
    return takeFrames(order: order)
  }

  @inline(never)
  private func takeFrames(order: Int) -> AddressBlock? {
    do throws(OutOfMemory) {
      let frame = try reference.allocate(
        order: order, contents: .uninitialized, reclaim: .allowed)
      // The frame is the pool's.
      return unsafe AddressBlock(reference.base + frame << PagePool.pageShift, order: order)
    } catch {
      return nil
    }
  }

  @inline(__always)
  func give(_ block: AddressBlock) {
    // The block came from this pool and goes back once.
    unsafe reference.free(block.address, pageCount: block.byteCount >> PagePool.pageShift)
  }
}
