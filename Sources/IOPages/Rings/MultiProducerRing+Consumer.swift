// The end of a multi-producer ring that takes elements out.

extension MultiProducerRing where Element: ~Copyable {
  /// The end of a ring that takes elements out. One thread or task at a time has it.
  ///
  /// Dropping it drops the elements that are in the ring, and producers find the ring closed.
  @safe
  @frozen
  public struct Consumer: ~Copyable, @unchecked Sendable {
    // Sendable: as for the producers.
    @usableFromInline let ring: RingReference
    @usableFromInline let slots: UnsafeMutablePointer<Element>
    @usableFromInline let sequence: SlotSequence
    /// How many elements were taken out.
    @usableFromInline var head: UInt = 0

    @unsafe
    @inlinable
    init(ring: RingReference, slots: UnsafeMutablePointer<Element>, sequence: SlotSequence) {
      self.ring = ring
      unsafe self.slots = slots
      self.sequence = sequence
    }

    @inlinable
    deinit {
      let end = ring.closeMultiProducerTail()
      // The slots are this end's still. What is being put in at this moment is left to the producers.
      unsafe ring.drop(from: head, to: end, of: slots, sequence: sequence)
      unsafe ring.leave(slots: slots, sequence: sequence)
    }
  }
}

extension MultiProducerRing.Consumer where Element: ~Copyable {
  /// How many elements the ring has room for.
  @inlinable
  public var capacity: Int { Int(sequence.mask) + 1 }

  /// How many elements are in the ring, with those that are just being put in. Producers may be
  /// putting more in: there are no fewer.
  ///
  /// - Complexity: O(1); reads what the producers write.
  public var count: Int { Int(ring.multiProducerCount &- head) }

  /// Whether all producers are gone and the ring is empty: no element will come any more.
  ///
  /// - Complexity: O(1); reads what the producers write.
  @inlinable
  public var isFinished: Bool { ring.hasNoProducer && ring.multiProducerCount == head }

  /// Takes the oldest element out.
  ///
  /// - Returns: the element; nil if the ring is empty, for the moment or, if ``isFinished``, for good.
  /// - Complexity: O(1): no lock, no retain, no memory from the heap, no locked instruction.
  @inlinable
  @inline(__always)
  public mutating func pop() -> Element? {
    guard sequence.isFull(head) else { return nil }
    // Published, and the consumer is alone.
    let element = unsafe (slots + sequence.slot(of: head)).move()
    sequence.recycle(head)
    head &+= 1
    return element
  }

  /// Takes the oldest elements out, as many as there are and `elements` has room for, and appends
  /// them.
  ///
  /// - Returns: how many.
  /// - Complexity: O(elements taken).
  @inlinable
  public mutating func pop(into elements: inout OutputSpan<Element>) -> Int {
    var count = 0
    while !elements.isFull, let element = pop() {
      elements.append(element)
      count += 1
    }
    return count
  }

  /// Takes the oldest element out, and waits for it if there is none.
  ///
  /// - Returns: the element; nil if ``isFinished``, or if the task is cancelled. Then no element is
  ///   lost: what is in the ring stays there, and ``pop()`` gets it.
  /// - Complexity: O(1). Stays on the executor of the caller, and allocates nothing from the heap if
  ///   it need not wait.
  @inlinable
  nonisolated(nonsending)
    public mutating func next() async -> Element?
  {
    while !Task.isCancelled {
      if let element = pop() { return element }
      if isFinished { return nil }
      let (ring, sequence, head) = (ring, sequence, head)
      await ring.wait { ring.announceConsumer(at: head, of: sequence) }
    }
    return nil
  }
}
