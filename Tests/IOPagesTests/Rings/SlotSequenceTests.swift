import Testing

@testable import IOPages

@Suite struct SlotSequenceTests {
  /// Through several turns, for rings of one slot and more: empty, announced, full, empty again.
  @Test(arguments: [1, 2, 8]) func aSlotGoesThroughItsTurns(slotCount: Int) {
    let sequence = SlotSequence(slotCount: slotCount)
    defer { sequence.deallocate() }
    let count = UInt(slotCount)
    for position in 0..<count * 5 {
      #expect(sequence.slot(of: position) == Int(position) % slotCount)
      #expect(sequence.state(position) == 0)
      #expect(!sequence.isFull(position))
      // The next turn has to wait.
      #expect(sequence.state(position + count) < 0)
      let isAnnounced = position % 3 != 0
      if isAnnounced {
        #expect(sequence.announceConsumer(at: position))
        // An announcement may stand there from before, and is none of the producers' business.
        #expect(sequence.announceConsumer(at: position))
        #expect(sequence.state(position) == 0)
        #expect(!sequence.isFull(position))
      }
      #expect(sequence.publish(position) == isAnnounced)
      #expect(sequence.isFull(position))
      #expect(sequence.state(position) > 0)
      #expect(sequence.state(position + count) < 0)
      #expect(!sequence.isFull(position + count))
      #expect(!sequence.announceConsumer(at: position))
      sequence.recycle(position)
      #expect(!sequence.isFull(position))
      #expect(sequence.state(position) > 0)
    }
  }
}
