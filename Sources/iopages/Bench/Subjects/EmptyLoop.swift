// What the harness itself costs: the loop, the random numbers and the slots, with nothing called.

import CBenchSupport

/// Hands out nothing, inlined.
struct EmptyLoop: BenchSubject {
  var name: SubjectName { .loop }

  @inline(__always)
  func take(order: Int) -> FrameBlock? {
    bench_use(UInt(bitPattern: order))
    return FrameBlock(frame: 0, order: order)
  }

  @inline(__always)
  func give(_ block: FrameBlock) {
    bench_use(UInt(bitPattern: block.order))
  }
}
