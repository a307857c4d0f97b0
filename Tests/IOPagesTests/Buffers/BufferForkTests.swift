// A forked child can read, split and drop the buffers of its parent, and gives nothing back.

import Glibc
import IOPages
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct BufferForkTests {
  @Test func partsDroppedInAChildAreStillTheParents() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
      let holder = Holder(try PageBuffer(copying: [1, 2, 3, 4, 5, 6, 7, 8], from: pool))
      holder.split(at: 6)
      let shared = try PageBuffer(count: 9000, from: pool).freeze()
      let status = statusOfForkedChild {
        guard holder.first[5] == 6, holder.second[1] == 8, shared[8999] == 0 else { return 1 }
        // Parts of parts, joined again, and dropped.
        var part = holder.first.takeFirst(3)
        guard part.join(&holder.first), part.count == 6 else { return 2 }
        part = PageBuffer()
        holder.second = PageBuffer()
        var copy = shared
        copy = SharedPageBuffer()
        return copy.isEmpty ? 0 : 3
      }
      guard status == 0 else { exit(status ?? 99) }
      guard holder.first.count == 6, pool.statistics.allocatedPages == 4 else { exit(50) }
      holder.first = PageBuffer()
      guard pool.statistics.allocatedPages == 4 else { exit(51) }
      holder.second = PageBuffer()
      guard pool.statistics.allocatedPages == 3 else { exit(52) }
      try pool.checkInvariants()
      withExtendedLifetime(shared) {}
    }
  }

  private final class Holder: @unchecked Sendable {
    // Used by one thread at a time, on either side of the fork.
    var first: PageBuffer
    var second = PageBuffer()
    init(_ buffer: consuming PageBuffer) { first = buffer }
    func split(at offset: Int) { second = first.takeLast(first.count - offset) }
  }
}
