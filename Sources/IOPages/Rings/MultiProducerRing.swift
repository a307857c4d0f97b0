// Vyukov's bounded queue (D. Vyukov, "Bounded MPMC queue", 1024cores.net, 2010) with one consumer:
// producers get a position each by one compare-and-exchange of the tail, fill their slots without
// regard to each other, and publish them by the slots' sequence numbers (SlotSequence.swift). The
// consumer, being alone, has its position to itself.

/// A bounded queue between threads: several put elements in, one takes them out.
///
/// As ``SingleProducerRing``, but with a producer that can be made ``Producer/another()`` of, and two
/// locked instructions for each element that is put in instead of one.
///
/// ```swift
/// let ring = MultiProducerRing<IOPage>(capacity: 256)
/// let first = ring.producer
/// let second = first.another()
/// var consumer = ring.consumer
/// ```
///
/// The elements of one producer come out in the order in which they were put in. A producer that is
/// interrupted while it puts one in delays what came later, from others, until it continues: the ring
/// looks empty meanwhile, or full.
///
/// Elements that are in the ring when the consumer goes are dropped, those that are being put in at
/// that moment at the latest when the last producer goes. What is put in later comes back to its
/// producer.
@frozen
public struct MultiProducerRing<Element: ~Copyable & Sendable>: ~Copyable, Sendable {
  /// The first of the ends that put elements in.
  public let producer: Producer
  /// The end that takes elements out.
  public let consumer: Consumer

  /// Makes an empty ring.
  ///
  /// - Parameter capacity: how many elements it has room for, rounded up to a power of two.
  /// - Precondition: `capacity` is from 1 to 2^32.
  /// - Complexity: O(capacity); four pieces of memory from the heap. Any thread.
  @inlinable
  public init(capacity: Int) {
    let count = RingReference.slotCount(capacity: capacity)
    let ring = RingReference()
    let slots = UnsafeMutablePointer<Element>.allocate(capacity: count)
    let sequence = SlotSequence(slotCount: count)
    // Each side gets all three, and the one that goes last frees them.
    producer = unsafe Producer(ring: ring, slots: slots, sequence: sequence)
    consumer = unsafe Consumer(ring: ring, slots: slots, sequence: sequence)
  }
}

/// What one side of a multi-producer ring does last.
extension RingReference {
  /// Gives one side up and, if it was the last one, drops what is left in the ring and frees it.
  ///
  /// - Parameters:
  ///   - slots: the ring's slots.
  ///   - sequence: their sequence numbers.
  @unsafe
  @inlinable
  func leave<Element: ~Copyable>(
    slots: UnsafeMutablePointer<Element>, sequence: SlotSequence
  ) {
    guard leave() else { return }
    // Elements that were being put in when the consumer went. They are all published by now.
    unsafe drop(from: head, to: multiProducerCount, of: slots, sequence: sequence)
    unsafe slots.deallocate()
    sequence.deallocate()
    deallocate()
  }

  /// Drops the elements at `first` and after, up to the one at `end` or the first that is not there.
  @unsafe
  @inlinable
  func drop<Element: ~Copyable>(
    from first: UInt, to end: UInt, of slots: UnsafeMutablePointer<Element>, sequence: SlotSequence
  ) {
    var position = first
    while position != end, sequence.isFull(position) {
      // Published, and nobody else's: the consumer is here, or gone.
      unsafe (slots + sequence.slot(of: position)).deinitialize(count: 1)
      position &+= 1
    }
    setHead(position)
  }
}
