// Lamport's queue (L. Lamport, "Proving the Correctness of Multiprocess Programs", 1977): a ring of
// slots, a count of what was put in, which one side writes, and a count of what was taken out, which
// the other one writes. A slot belongs to the producer or to the consumer, and the two counts say to
// which; nothing is ever locked.
//
// Each side remembers the other's count as it last saw it, and looks again only when that says full
// or empty, as in MCRingBuffer (P. P. C. Lee, T. Bu and G. Chandranmenon, "A Lock-Free,
// Cache-Efficient Multi-Core Synchronization Mechanism for Line-Rate Network Traffic Monitoring",
// 2010). The memory of both counts, its own and the other's, is the end itself: a value, which a loop
// keeps in registers.

/// A bounded queue between two threads: one puts elements in, the other takes them out.
///
/// It hands over values that are not copied, ``IOPage`` above all, without a lock, without reference
/// counting and without memory from the heap. The ring is its two ends, and each of them is one value,
/// so that there is one producer and one consumer is checked by the compiler:
///
/// ```swift
/// let ring = SingleProducerRing<IOPage>(capacity: 256)
/// var producer = ring.producer
/// var consumer = ring.consumer
/// ```
///
/// Either end may be sent to another thread or task, and used there. Since a closure that escapes
/// cannot consume what it captures, an end gets into it as a parameter, as an argument of an actor's
/// method, or out of an optional: `Mutex<SingleProducerRing<IOPage>.Producer?>` and `take()`.
///
/// Keep an end in a local variable, or in a value, while you work with it: each access to one that is a
/// property of a class is checked for exclusivity at run time, which costs twice as much as the ring.
///
/// Elements that are in the ring when the consumer goes are dropped. What is put in later comes back
/// to the producer. If the producer goes first, the consumer gets what is left, and then the end.
@frozen
public struct SingleProducerRing<Element: ~Copyable & Sendable>: ~Copyable, Sendable {
  /// The end that puts elements in.
  public let producer: Producer
  /// The end that takes elements out, in the order in which they were put in.
  public let consumer: Consumer

  /// Makes an empty ring.
  ///
  /// - Parameter capacity: how many elements it has room for, rounded up to a power of two.
  /// - Precondition: `capacity` is from 1 to 2^32.
  /// - Complexity: O(1); three pieces of memory from the heap. Any thread.
  @inlinable
  public init(capacity: Int) {
    let count = RingReference.slotCount(capacity: capacity)
    let ring = RingReference()
    let slots = UnsafeMutablePointer<Element>.allocate(capacity: count)
    let mask = UInt(count) - 1
    // Each end gets both, and the one that goes last frees them.
    producer = unsafe Producer(ring: ring, slots: slots, mask: mask)
    consumer = unsafe Consumer(ring: ring, slots: slots, mask: mask)
  }
}
