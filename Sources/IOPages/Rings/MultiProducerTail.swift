// The words by which the ends of a multi-producer ring meet besides their slots: the tail, which has
// the number of positions given out, times two, and in bit 0 whether the consumer is gone, so that no
// position is given out after that; and the number of producers.

public import Synchronization

extension RingReference {
  /// How many positions of a multi-producer ring were given out.
  @inlinable
  var multiProducerCount: UInt {
    // The control block is valid while an end refers to it.
    unsafe control.pointee.tail.load(ordering: .acquiring) >> 1
  }

  /// Whether the consumer of a multi-producer ring is gone.
  var isMultiProducerTailClosed: Bool {
    // As above.
    unsafe control.pointee.tail.load(ordering: .acquiring) & 1 != 0
  }

  /// Has no more positions given out.
  ///
  /// - Returns: how many were.
  @usableFromInline
  func closeMultiProducerTail() -> UInt {
    // As above.
    unsafe control.pointee.tail.bitwiseOr(1, ordering: .acquiringAndReleasing).oldValue >> 1
  }

  /// Gives the next position out, if its slot is empty and the consumer is there.
  @inlinable
  @inline(__always)
  func takePosition(of sequence: SlotSequence) -> UInt? {
    // As above.
    var tail = unsafe control.pointee.tail.load(ordering: .relaxed)
    while tail & 1 == 0 {
      let position = tail >> 1
      let state = sequence.state(position)
      if state < 0 { return nil }
      if state > 0 {
        tail = unsafe control.pointee.tail.load(ordering: .relaxed)
        continue
      }
      // What is in the slot is ordered by its sequence number, not by this.
      let attempt = unsafe control.pointee.tail.weakCompareExchange(
        expected: tail, desired: tail &+ 2, ordering: .relaxed)
      if attempt.exchanged { return position }
      tail = attempt.original
    }
    return nil
  }

  /// Counts one more producer.
  @usableFromInline
  func addProducer() {
    // As above. The one who calls is counted, so that there is nobody whom this must not overtake.
    unsafe control.pointee.producers.wrappingAdd(1, ordering: .relaxed)
  }

  /// Counts one producer less. The last one wakes the consumer, which may wait for it.
  ///
  /// - Returns: whether it was the last one.
  @usableFromInline
  func removeProducer() -> Bool {
    // As above. Releasing what this one has put in, and acquiring what the others have.
    let left = unsafe control.pointee.producers.wrappingSubtract(
      1, ordering: .acquiringAndReleasing
    ).newValue
    if left == 0 { wake() }
    return left == 0
  }

  /// Whether no producer is left.
  @usableFromInline
  var hasNoProducer: Bool {
    // As above.
    unsafe control.pointee.producers.load(ordering: .acquiring) == 0
  }

  /// Asks to be woken when the element of a position is there, or the last producer goes. Only the
  /// consumer.
  ///
  /// - Returns: false if either has happened already.
  @usableFromInline
  func announceConsumer(at position: UInt, of sequence: SlotSequence) -> Bool {
    sequence.announceConsumer(at: position) && !hasNoProducer
  }
}
