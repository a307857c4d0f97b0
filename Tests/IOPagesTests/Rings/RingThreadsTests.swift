import Glibc
import IOPages
import MemoryTestSupport
import Testing

/// What both kinds of rings promise between threads.
@Suite(.leavesNoPages, .tags(.concurrency)) struct RingThreadsTests {
  private static let elements: UInt64 = 20_000
  private static let rounds = 500

  @Test(arguments: RingKind.allCases, [1, 2, 64])
  func aThreadGetsAllPagesOfAnotherInTheirOrder(kind: RingKind, capacity: Int) throws {
    let total = RingThreadsTests.elements / (capacity == 1 ? 4 : 1)
    let pages = try NumberedPages(count: 256)
    let ring = kind.makeRing(capacity: capacity)
    let received = Guarded<UInt64>(0)
    onThreads(2) { index in
      if index == 0 {
        for number in 0..<total { ring.producer.pushWaiting(pages.page(number)) }
        ring.producer.drop()
        return
      }
      var expected: UInt64 = 0
      while !ring.consumer.isFinished {
        guard let page = ring.consumer.pop() else {
          sched_yield()
          continue
        }
        if page.number != expected { Issue.record("\(page.number) instead of \(expected)") }
        expected = page.number + 1
      }
      received.withLock { $0 = expected }
    }
    #expect(received.withLock { $0 } == total)
    #expect(pages.outstanding == 0)
  }

  /// Each page is taken out, dropped with the ring, or comes back to the producer.
  @Test(arguments: RingKind.allCases)
  func theConsumerMayGoWhilePagesComeIn(kind: RingKind) throws {
    let pages = try NumberedPages(count: 256)
    for round in 0..<RingThreadsTests.rounds {
      let ring = kind.makeRing(capacity: 16)
      let isClosed = Guarded(false)
      onThreads(2) { index in
        if index == 1 {
          for _ in 0..<round % 7 { _ = ring.consumer.pop() }
          ring.consumer.drop()
          return
        }
        var accepted = 0
        while true {
          if ring.producer.accepts(pages.page(0)) {
            accepted += 1
          } else if ring.producer.isClosed {
            break
          } else {
            sched_yield()
          }
        }
        // Once closed, for ever closed.
        isClosed.withLock { $0 = !ring.producer.accepts(pages.page(1)) }
        ring.producer.drop()
      }
      #expect(isClosed.withLock { $0 })
      #expect(pages.outstanding == 0)
    }
  }

  @Test(arguments: RingKind.allCases)
  func bothEndsMayGoAtOnce(kind: RingKind) throws {
    let pages = try NumberedPages(count: 256)
    for round in 0..<RingThreadsTests.rounds {
      let ring = kind.makeRing(capacity: 16)
      for number in 0..<UInt64(round % 16) {
        #expect(ring.producer.accepts(pages.page(number)) == true)
      }
      onThreads(2) { index in
        if index == 0 { ring.producer.drop() } else { ring.consumer.drop() }
      }
      #expect(pages.outstanding == 0)
    }
  }
}
