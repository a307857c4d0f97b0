import Synchronization
import Testing

@testable import PagePools

/// One cache by itself, used by its token.
@Suite struct ProcessorCacheTests {
  @safe
  private final class Memory {
    let base = UnsafeMutableRawPointer.allocate(
      byteCount: ProcessorCache.byteCount, alignment: 4096)
    init() { unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: 1 << 14) }
    deinit { unsafe base.deallocate() }

    /// A cache with room for so many blocks of each order.
    func cache(room: UInt8) -> ProcessorCache {
      let cache = unsafe ProcessorCache(base)
      for order in 0..<ProcessorCache.orderCount {
        unsafe cache.room(order).pointee.store(room, ordering: .relaxed)
      }
      cache.relinquish()
      return cache
    }
  }

  @Test func whatWasPutLastIsTakenFirst() {
    let memory = Memory()
    let cache = memory.cache(room: 3)
    for order in 0..<ProcessorCache.orderCount {
      #expect(cache.take(order: order) == 0)
      for block in [UInt](arrayLiteral: 1, 2, 3) {
        #expect(cache.put(block << 12 | UInt(order) << 20, order: order))
      }
      #expect(!cache.put(4 << 12, order: order), "the stack is full")
      #expect(cache.counts(order).held == 3)
    }
    for order in 0..<ProcessorCache.orderCount {
      for block in [UInt](arrayLiteral: 3, 2, 1) {
        #expect(cache.take(order: order) == block << 12 | UInt(order) << 20)
      }
      #expect(cache.take(order: order) == 0)
      #expect(cache.counts(order) == (held: 0, taken: 3))
    }
  }

  @Test func aStackHolds128() {
    let memory = Memory()
    let cache = memory.cache(room: 128)
    for order in 0..<ProcessorCache.orderCount {
      for block in 1...128 { #expect(cache.put(UInt(block) << 12, order: order)) }
      #expect(!cache.put(1 << 30, order: order))
    }
    for order in 0..<ProcessorCache.orderCount {
      for block in (1...128).reversed() { #expect(cache.take(order: order) == UInt(block) << 12) }
    }
  }

  @Test func manyAreTakenAllOrNone() {
    let memory = Memory()
    let cache = memory.cache(room: 10)
    var blocks: [UInt] = (1...12).map { $0 << 12 }
    let put = unsafe blocks.withUnsafeBufferPointer {
      unsafe cache.putMany(order: 2, from: $0.baseAddress!, offered: 12)
    }
    #expect(put == 10)
    let isTaken = unsafe blocks.withUnsafeMutableBufferPointer {
      unsafe cache.takeMany(order: 2, into: $0.baseAddress!, wanted: 11)
    }
    #expect(!isTaken)
    #expect(blocks == (1...12).map { $0 << 12 }, "nothing was written")
    let isTakenNow = unsafe blocks.withUnsafeMutableBufferPointer {
      unsafe cache.takeMany(order: 2, into: $0.baseAddress!, wanted: 4)
    }
    #expect(isTakenNow)
    #expect(blocks[..<4] == [10 << 12, 9 << 12, 8 << 12, 7 << 12])
    #expect(cache.counts(2) == (held: 6, taken: 4))
  }

  @Test func nobodyGetsInWithoutTheToken() {
    let memory = Memory()
    let cache = memory.cache(room: 8)
    #expect(cache.put(1 << 12, order: 0))
    #expect(cache.tryAcquire())
    #expect(!cache.tryAcquire())
    #expect(cache.take(order: 0) == 0)
    #expect(!cache.put(2 << 12, order: 0))
    cache.relinquish()
    #expect(cache.take(order: 0) == 1 << 12)
  }

  @Test func wipedMemoryIsACacheThatServesNobody() {
    let memory = Memory()
    let cache = unsafe ProcessorCache(memory.base)
    #expect(cache.take(order: 0) == 0)
    #expect(!cache.put(1 << 12, order: 0))
  }
}
