// The ends of a multi-producer ring that put elements in.

extension MultiProducerRing where Element: ~Copyable {
  /// One of the ends of a ring that put elements in. Each is used by one thread at a time.
  ///
  /// Dropping the last of them ends the stream: the consumer gets what is in the ring, and then nil.
  @safe
  @frozen
  public struct Producer: ~Copyable, @unchecked Sendable {
    // Sendable: what it refers to is atomic, or its own by the rules of those atomics.
    @usableFromInline let ring: RingReference
    @usableFromInline let slots: UnsafeMutablePointer<Element>
    @usableFromInline let sequence: SlotSequence

    @unsafe
    @inlinable
    init(ring: RingReference, slots: UnsafeMutablePointer<Element>, sequence: SlotSequence) {
      self.ring = ring
      unsafe self.slots = slots
      self.sequence = sequence
    }

    @inlinable
    deinit {
      // All producers together are one side of the ring.
      if ring.removeProducer() { unsafe ring.leave(slots: slots, sequence: sequence) }
    }
  }
}

extension MultiProducerRing.Producer where Element: ~Copyable {
  /// Makes one more producer for the same ring.
  ///
  /// - Complexity: O(1). Any thread.
  @inlinable
  public func another() -> MultiProducerRing<Element>.Producer {
    ring.addProducer()
    // This one keeps what the new one refers to until the new one is counted.
    return unsafe MultiProducerRing<Element>.Producer(ring: ring, slots: slots, sequence: sequence)
  }

  /// How many elements the ring has room for.
  @inlinable
  public var capacity: Int { Int(sequence.mask) + 1 }

  /// Whether the consumer is gone, so that nothing can be put in any more.
  ///
  /// - Complexity: O(1).
  public var isClosed: Bool { ring.isMultiProducerTailClosed }

  /// Puts an element in, if there is room and the consumer is there, and wakes the consumer if it
  /// waits.
  ///
  /// - Returns: nil if the element was taken; else the element. Then the ring is full, or ``isClosed``.
  /// - Complexity: O(1) without other producers: no lock, no retain, no memory from the heap; one
  ///   compare-and-exchange and one exchange. Another attempt for each producer that is faster.
  @inlinable
  public mutating func push(_ element: consuming Element) -> Element? {
    guard let position = ring.takePosition(of: sequence) else { return element }
    // The slot is empty, and nobody else has its position.
    unsafe (slots + sequence.slot(of: position)).initialize(to: element)
    if sequence.publish(position) { ring.wake() }
    return nil
  }
}
