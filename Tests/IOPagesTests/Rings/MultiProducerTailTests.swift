import MemoryTestSupport
import Testing

@testable import IOPages

@Suite(.leavesNoPages) struct MultiProducerTailTests {
  private func withRing(_ body: (RingReference, SlotSequence) -> Void) {
    let ring = RingReference()
    let sequence = SlotSequence(slotCount: 2)
    body(ring, sequence)
    #expect(!ring.leave())
    #expect(ring.leave())
    sequence.deallocate()
    ring.deallocate()
  }

  @Test func positionsAreGivenOutAsLongAsThereIsRoom() {
    withRing { ring, sequence in
      #expect(ring.takePosition(of: sequence) == 0)
      #expect(ring.takePosition(of: sequence) == 1)
      #expect(ring.takePosition(of: sequence) == nil)
      #expect(ring.multiProducerCount == 2)
      #expect(!sequence.publish(0))
      sequence.recycle(0)
      #expect(ring.takePosition(of: sequence) == 2)
      // Position 1 has not been filled yet, let alone taken.
      #expect(ring.takePosition(of: sequence) == nil)
    }
  }

  @Test func noneIsGivenOutWithoutAConsumer() {
    withRing { ring, sequence in
      #expect(ring.takePosition(of: sequence) == 0)
      #expect(!ring.isMultiProducerTailClosed)
      #expect(ring.closeMultiProducerTail() == 1)
      #expect(ring.isMultiProducerTailClosed)
      #expect(ring.takePosition(of: sequence) == nil)
      #expect(ring.multiProducerCount == 1)
    }
  }

  @Test func producersAreCounted() {
    withRing { ring, sequence in
      ring.addProducer()
      #expect(!ring.removeProducer())
      #expect(ring.announceConsumer(at: 0, of: sequence))
      #expect(!ring.hasNoProducer)
      #expect(ring.removeProducer())
      #expect(ring.hasNoProducer)
      // The slot is empty, and will remain so.
      #expect(!ring.announceConsumer(at: 0, of: sequence))
    }
  }

  /// As push(_:) does, but with the consumer going in between.
  @Test func whatIsHalfwayInWhenTheConsumerGoesIsDroppedLater() throws {
    let pages = try NumberedPages(count: 8)
    let ring = MultiProducerRing<IOPage>(capacity: 4)
    let producer = ring.producer
    var other = producer.another()
    let consumer = ring.consumer
    let position = try #require(producer.ring.takePosition(of: producer.sequence))
    // Behind the one that is not there yet, where the consumer does not get.
    #expect(other.accepts(pages.page(2)) == true)
    _ = consume consumer
    #expect(pages.outstanding == 1)
    // The slot of a position that was given out is empty.
    unsafe (producer.slots + producer.sequence.slot(of: position)).initialize(to: pages.page(1))
    #expect(!producer.sequence.publish(position))
    #expect(other.accepts(pages.page(3)) == false)
    #expect(pages.outstanding == 2)
    _ = consume producer
    #expect(pages.outstanding == 2)
    _ = consume other
    #expect(pages.outstanding == 0)
  }
}
