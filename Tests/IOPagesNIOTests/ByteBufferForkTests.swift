// A forked child has copies of its parent's buffers. It may use and drop them, and buffers of its own,
// whatever the parent's other threads did at the moment of the fork.

#if NIO
  import Glibc
  import IOPages
  import IOPagesNIO
  import MemoryTestSupport
  import NIOCore
  import Synchronization
  import Testing

  @Suite(.leavesNoPages) struct ByteBufferForkTests {
    @Test func buffersDroppedInAChildAreStillTheParents() async {
      await #expect(processExitsWith: .exitCode(0)) {
        let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
        var buffer: ByteBuffer? = ByteBuffer(takingOwnershipOf: try pool.allocate(pages: 4))
        let slice = buffer?.getSlice(at: 0, length: 4)
        var grown = buffer
        grown?.writeInteger(UInt8(7))
        let status = statusOfForkedChild {
          // From pages to the heap, and from heap to heap.
          buffer?.writeInteger(UInt8(1))
          grown?.writeRepeatingByte(2, count: 100_000)
          guard buffer?.readableBytes == 16_385, grown?.readableBytes == 116_385 else { return 1 }
          grown = nil
          buffer = nil
          return slice?.readableBytes == 4 ? 0 : 2
        }
        guard status == 0 else { exit(status ?? 99) }
        guard pool.statistics.allocatedPages == 4, slice?.readableBytes == 4 else { exit(50) }
        buffer = nil
        guard pool.statistics.allocatedPages == 4 else { exit(51) }
      }
    }

    @Test func partsOfAPageDroppedInAChildAreStillTheParents() async {
      await #expect(processExitsWith: .exitCode(0)) {
        let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
        let halves = PageBuffer(try pool.allocate(pages: 2)).split(at: 100)
        var head: ByteBuffer? = ByteBuffer(takingOwnershipOf: halves.head)
        var tail: ByteBuffer? = ByteBuffer(takingOwnershipOf: halves.tail)
        let status = statusOfForkedChild {
          head = nil
          guard tail?.readableBytes == 8092 else { return 1 }
          tail = nil
          return head == nil ? 0 : 2
        }
        guard status == 0 else { exit(status ?? 99) }
        guard pool.statistics.allocatedPages == 2 else { exit(50) }
        head = nil
        guard pool.statistics.allocatedPages == 2 else { exit(51) }
        tail = nil
        guard pool.statistics.allocatedPages == 0 else { exit(52) }
      }
    }

    @Test func aChildForksWhileOthersTakeAndDrop() async {
      await #expect(processExitsWith: .exitCode(0)) {
        let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
        let isDone = Flag()
        let threads = (0..<3).map { _ in
          RunningThread {
            while !isDone.isSet {
              for _ in 0..<100 {
                guard let page = try? pool.allocate(pages: 1) else { exit(60) }
                _ = ByteBuffer(takingOwnershipOf: page)
              }
            }
          }
        }
        for _ in 0..<50 {
          var buffer: ByteBuffer? = ByteBuffer(takingOwnershipOf: try pool.allocate(pages: 1))
          let status = statusOfForkedChild {
            alarm(60)  // a lock that nobody lets go of must not be waited for
            buffer = nil
            guard
              let own = try? PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 18)))
            else { return 1 }
            for _ in 0..<200 {
              guard let page = try? own.allocate(pages: 1) else { return 2 }
              _ = ByteBuffer(takingOwnershipOf: page)
            }
            return own.statistics.allocatedPages == 0 ? 0 : 3
          }
          guard status == 0, buffer?.readableBytes == 4096 else { exit(status ?? 99) }
        }
        isDone.set()
        for thread in threads { thread.wait() }
        guard pool.statistics.allocatedPages == 0 else { exit(50) }
      }
    }
  }

  private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
  }
#endif
