// The layer below pages: the pool by numbers of frames, without owners.

import CBenchSupport
import IOPages
import PagePools

/// ``PoolReference``: what a page calls.
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
  func take(order: Int) -> FrameBlock? {
    do throws(OutOfMemory) {
      let frame = try reference.allocate(
        order: order, contents: .uninitialized, reclaim: .allowed)
      bench_use(UInt(bitPattern: frame))
      return FrameBlock(frame: frame, order: order)
    } catch {
      return nil
    }
  }

  @inline(__always)
  func give(_ block: FrameBlock) {
    reference.free(block.frame..<block.frame + 1 << block.order)
  }
}

/// A block that nobody owns: what the layers below pages hand out.
struct FrameBlock {
  var frame: Int
  var order: Int
}
