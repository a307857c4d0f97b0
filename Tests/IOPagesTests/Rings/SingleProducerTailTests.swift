import Testing

@testable import IOPages

@Suite struct SingleProducerTailTests {
  private func withRing(_ body: (RingReference) -> Void) {
    let ring = RingReference()
    body(ring)
    #expect(!ring.leave())
    #expect(ring.leave())
    ring.deallocate()
  }

  @Test func theTailHasACountAndThreeBits() {
    let tail = SingleProducerTail(count: 5)
    #expect(tail.count == 5)
    #expect(!tail.hasNews)
    for bit in [
      SingleProducerTail.consumerWaits, SingleProducerTail.consumerGone,
      SingleProducerTail.producerGone,
    ] {
      let marked = SingleProducerTail(word: tail.word | bit)
      #expect(marked.count == 5)
      #expect(marked.hasNews)
      #expect(marked.consumerWaits == (bit == SingleProducerTail.consumerWaits))
      #expect(marked.consumerIsGone == (bit == SingleProducerTail.consumerGone))
      #expect(marked.producerIsGone == (bit == SingleProducerTail.producerGone))
    }
  }

  @Test func anElementAndAnAnnouncementDoNotMissEachOther() {
    withRing { ring in
      #expect(ring.announceConsumer(after: 0))
      #expect(ring.announceConsumer(after: 0))
      #expect(ring.publish(count: 1).consumerWaits)
      // The announcement is met, and one that comes too late is told.
      #expect(!ring.announceConsumer(after: 0))
      #expect(!ring.publish(count: 2).hasNews)
      #expect(ring.announceConsumer(after: 2))
      #expect(ring.close(SingleProducerTail.producerGone).consumerWaits)
      // The bit is there still; the end is no reason to sleep.
      #expect(!ring.announceConsumer(after: 2))
    }
  }

  @Test func whatComesAfterTheConsumerIsTakenBack() {
    withRing { ring in
      #expect(!ring.publish(count: 3).hasNews)
      #expect(ring.close(SingleProducerTail.consumerGone).count == 3)
      let before = ring.publish(count: 4)
      #expect(before.consumerIsGone)
      #expect(!ring.isAccepted(from: 3, despite: before))
      #expect(ring.singleProducerTail.count == 3)
      #expect(ring.singleProducerTail.consumerIsGone)
    }
  }
}
