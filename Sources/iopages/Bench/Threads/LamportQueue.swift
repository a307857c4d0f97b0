// The harness's own ring, with the ends that the workload with rings uses.

import IOPages

/// ``HandoverRing``, of which each end is one value.
enum LamportQueues: MeasuredRing {
  struct Putting: PuttingEnd, ~Copyable {
    let ring: HandoverRing<IOPage>
    var cursor = HandoverRing<IOPage>.Cursor()

    /// Waits for room by itself.
    @inline(__always)
    mutating func push(_ page: consuming IOPage) -> IOPage? {
      ring.put(page, at: &cursor)
      return nil
    }

    @inline(__always)
    mutating func finish() { ring.finishPutting(&cursor) }
  }

  struct Taking: TakingEnd, ~Copyable {
    let ring: HandoverRing<IOPage>
    var cursor = HandoverRing<IOPage>.Cursor()

    /// Waits for a page by itself.
    @inline(__always)
    mutating func pop() -> IOPage? { ring.take(at: &cursor) }
    @inline(__always)
    mutating func pop(into pages: inout UniqueArray<IOPage>) {
      for _ in 0..<pages.freeCapacity { pages.append(ring.take(at: &cursor)) }
    }
  }

  static func make(capacity: Int) -> RingEnds<Putting, Taking> {
    let ring = HandoverRing<IOPage>(capacity: capacity)
    return RingEnds(Putting(ring: ring), Taking(ring: ring))
  }
}
