import Glibc
import IOPages
import MemoryTestSupport
import Testing

/// Several producers, and a consumer that waits in a task for whichever comes next.
@Suite(.leavesNoPages, .tags(.concurrency)) struct RingSeveralProducersTests {
  private static let elements: UInt64 = 8_000

  /// Buffers instead of pages: the rings take any value that can be sent.
  @Test(arguments: [1, 2, 16])
  func theConsumerWaitsForAll(capacity: Int) async throws {
    let pool = try PagePool(
      region: MemoryRegion(RegionOptions(byteCount: 256 * 4096, population: .none)))
    let ring = MultiProducerRing<PageBuffer>(capacity: capacity)
    var producers: [HandOver<MultiProducerRing<PageBuffer>.Producer>] = []
    for _ in 1..<4 { producers.append(HandOver(ring.producer.another())) }
    producers.append(HandOver(ring.producer))
    var consumer = ring.consumer
    let total = Self.elements / (capacity == 1 ? 4 : 1)
    let threads = producers.enumerated().map { index, handOver in
      RunningThread {
        var producer = handOver.take()
        for number in 0..<total / 4 {
          var buffer: PageBuffer? = Self.buffer(UInt64(index) << 32 | number, from: pool)
          while let rest = buffer.take() {
            buffer = producer.push(rest)
            if buffer != nil { Self.yieldProcessor() }
          }
        }
      }
    }
    var expected: [UInt64] = [0, 0, 0, 0]
    while let buffer = await consumer.next() {
      let number = buffer.load(fromByteOffset: 0, as: UInt64.self)
      let producer = Int(number >> 32)
      if number & 0xffff_ffff != expected[producer] { Issue.record("Out of order: \(number)") }
      expected[producer] = number & 0xffff_ffff + 1
    }
    #expect(expected == [total / 4, total / 4, total / 4, total / 4])
    // They have dropped their ends: there is next to nothing left for them to do.
    for thread in threads { thread.wait() }
    #expect(pool.statistics.allocatedPages == 0)
  }

  private static func buffer(_ number: UInt64, from pool: PagePool) -> PageBuffer {
    while true {
      if var buffer = try? PageBuffer(count: 8, from: pool, contents: .uninitialized) {
        buffer.storeBytes(of: number, toByteOffset: 0, as: UInt64.self)
        return buffer
      }
      yieldProcessor()
    }
  }

  private static func yieldProcessor() { _ = sched_yield() }
}
