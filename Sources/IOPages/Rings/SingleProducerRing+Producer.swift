// The end of a single-producer ring that puts elements in.

public import BasicContainers

extension SingleProducerRing where Element: ~Copyable {
  /// The end of a ring that puts elements in. One thread at a time has it.
  ///
  /// Dropping it ends the stream: the consumer gets what is in the ring, and then nil.
  @safe
  @frozen
  public struct Producer: ~Copyable, @unchecked Sendable {
    // Sendable: it is one value, elements are Sendable, and what the ends share is atomic.
    @usableFromInline let ring: RingReference
    @usableFromInline let slots: UnsafeMutablePointer<Element>
    @usableFromInline let mask: UInt
    /// How many elements were put in.
    @usableFromInline var tail: UInt = 0
    /// How many the consumer had taken when the producer last looked.
    @usableFromInline var headSeen: UInt = 0

    @unsafe
    @inlinable
    init(ring: RingReference, slots: UnsafeMutablePointer<Element>, mask: UInt) {
      self.ring = ring
      unsafe self.slots = slots
      self.mask = mask
    }

    @inlinable
    deinit {
      if ring.close(SingleProducerTail.producerGone).consumerWaits { ring.wake() }
      if ring.leave() {
        // The consumer has dropped what was left, and gone.
        unsafe slots.deallocate()
        ring.deallocate()
      }
    }
  }
}

extension SingleProducerRing.Producer where Element: ~Copyable {
  /// How many elements the ring has room for.
  @inlinable
  public var capacity: Int { Int(mask) + 1 }

  /// How many elements are in the ring. The consumer may be taking some: there are no more than that.
  ///
  /// - Complexity: O(1); reads what the consumer writes.
  public var count: Int { Int(tail &- ring.head) }

  /// Whether the consumer is gone, so that nothing can be put in any more.
  ///
  /// - Complexity: O(1).
  public var isClosed: Bool { ring.singleProducerTail.consumerIsGone }

  /// Puts an element in, if there is room and the consumer is there, and wakes the consumer if it
  /// waits.
  ///
  /// - Returns: nil if the element was taken; else the element. Then the ring is full, or ``isClosed``.
  /// - Complexity: O(1): no lock, no retain, no memory from the heap; one exchange.
  @inlinable
  @inline(__always)
  public mutating func push(_ element: consuming Element) -> Element? {
    if tail &- headSeen > mask && room == 0 { return element }
    // There is room, so that the slot is the producer's, and empty.
    let slot = unsafe slot(of: tail)
    unsafe slot.initialize(to: element)
    let before = ring.publish(count: tail &+ 1)
    if before.hasNews && !ring.isAccepted(from: tail, despite: before) {
      // The consumer went before it could see the element, which is the producer's therefore.
      return unsafe slot.move()
    }
    tail &+= 1
    return nil
  }

  /// Puts elements in, from the first one on, as many as there is room for, if the consumer is there.
  /// It sees all of them at once. Those that are left stay in the array, in their order.
  ///
  /// - Parameter elements: where they come from; it keeps its capacity.
  /// - Returns: how many were put in.
  /// - Complexity: O(elements), whether they are put in or moved up; one exchange.
  @inlinable
  public mutating func push(contentsOf elements: inout UniqueArray<Element>) -> Int {
    var count = min(elements.count, Int(mask &+ 1 &- (tail &- headSeen)))
    if count < elements.count { count = min(elements.count, Int(room)) }
    return elements.edit { span in push(count, from: &span) }
  }

  /// Moves the first elements of `span` into as many slots, which are known to be empty.
  @inlinable
  mutating func push(_ count: Int, from span: inout OutputSpan<Element>) -> Int {
    // `count` is at most the number of elements and of empty slots.
    unsafe span.withUnsafeMutableBufferPointer { elements, elementCount in
      guard count > 0, let first = elements.baseAddress else { return 0 }
      for index in 0..<count {
        // As in push(_:).
        unsafe slot(of: tail &+ UInt(index)).initialize(to: (first + index).move())
      }
      let before = ring.publish(count: tail &+ UInt(count))
      if before.hasNews && !ring.isAccepted(from: tail, despite: before) {
        for index in 0..<count {
          // As in push(_:): they go back to where they were.
          unsafe (first + index).initialize(to: slot(of: tail &+ UInt(index)).move())
        }
        return 0
      }
      tail &+= UInt(count)
      elementCount -= count
      // The elements that are left, to where those were that have been moved out.
      unsafe first.moveInitialize(from: first + count, count: elementCount)
      return count
    }
  }

  /// Where the element of a position goes.
  @unsafe
  @inlinable
  @inline(__always)
  func slot(of position: UInt) -> UnsafeMutablePointer<Element> {
    unsafe slots + Int(truncatingIfNeeded: position & mask)
  }

  /// How much room there is, after a look at what the consumer has taken.
  @inlinable
  var room: UInt {
    mutating get {
      headSeen = ring.head
      return mask &+ 1 &- (tail &- headSeen)
    }
  }
}
