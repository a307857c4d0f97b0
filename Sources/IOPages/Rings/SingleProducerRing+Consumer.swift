// The end of a single-producer ring that takes elements out.

extension SingleProducerRing where Element: ~Copyable {
  /// The end of a ring that takes elements out. One thread or task at a time has it.
  ///
  /// Dropping it drops the elements that are in the ring, and the producer finds the ring closed.
  @safe
  @frozen
  public struct Consumer: ~Copyable, @unchecked Sendable {
    // Sendable: as for the producer.
    @usableFromInline let ring: RingReference
    @usableFromInline let slots: UnsafeMutablePointer<Element>
    @usableFromInline let mask: UInt
    /// How many elements were taken out.
    @usableFromInline var head: UInt = 0
    /// How many had been put in when the consumer last looked.
    @usableFromInline var tailSeen: UInt = 0

    @unsafe
    @inlinable
    init(ring: RingReference, slots: UnsafeMutablePointer<Element>, mask: UInt) {
      self.ring = ring
      unsafe self.slots = slots
      self.mask = mask
    }

    @inlinable
    deinit {
      // What comes after that count goes back to the producer.
      let end = ring.close(SingleProducerTail.consumerGone).count
      var position = head
      while position != end {
        // Published, and not taken.
        unsafe slot(of: position).deinitialize(count: 1)
        position &+= 1
      }
      if ring.leave() {
        // The producer is gone.
        unsafe slots.deallocate()
        ring.deallocate()
      }
    }
  }
}

extension SingleProducerRing.Consumer where Element: ~Copyable {
  /// How many elements the ring has room for.
  @inlinable
  public var capacity: Int { Int(mask) + 1 }

  /// How many elements are in the ring. The producer may be putting more in: there are no fewer.
  ///
  /// - Complexity: O(1); reads what the producer writes.
  public var count: Int { Int(ring.singleProducerTail.count &- head) }

  /// Whether the producer is gone and the ring is empty: no element will come any more.
  ///
  /// - Complexity: O(1); reads what the producer writes.
  @inlinable
  public var isFinished: Bool {
    let tail = ring.singleProducerTail
    return tail.producerIsGone && tail.count == head
  }

  /// Where the element of a position lies.
  @unsafe
  @inlinable
  @inline(__always)
  func slot(of position: UInt) -> UnsafeMutablePointer<Element> {
    unsafe slots + Int(truncatingIfNeeded: position & mask)
  }

  /// Takes the oldest element out.
  ///
  /// - Returns: the element; nil if the ring is empty, for the moment or, if ``isFinished``, for good.
  /// - Complexity: O(1): no lock, no retain, no memory from the heap, no locked instruction.
  @inlinable
  @inline(__always)
  public mutating func pop() -> Element? {
    if head == tailSeen {
      tailSeen = ring.singleProducerTail.count
      if head == tailSeen { return nil }
    }
    // Published, and not taken.
    let element = unsafe slot(of: head).move()
    head &+= 1
    ring.setHead(head)
    return element
  }

  /// Takes the oldest elements out, as many as there are and `elements` has room for, and appends
  /// them. The producer sees all their room at once.
  ///
  /// - Returns: how many.
  /// - Complexity: O(elements taken).
  @inlinable
  public mutating func pop(into elements: inout OutputSpan<Element>) -> Int {
    if Int(tailSeen &- head) < elements.freeCapacity { tailSeen = ring.singleProducerTail.count }
    let count = min(Int(tailSeen &- head), elements.freeCapacity)
    for _ in 0..<count {
      // As in pop().
      elements.append(unsafe slot(of: head).move())
      head &+= 1
    }
    if count > 0 { ring.setHead(head) }
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
      let (ring, head) = (ring, head)
      await ring.wait { ring.announceConsumer(after: head) }
    }
    return nil
  }
}
