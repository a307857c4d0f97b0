// The word by which the two ends of a single-producer ring meet: how many elements were put in so far,
// and three bits. All that must not be overtaken is in it: an element is published, the consumer asks
// to be woken, and either end goes, by read-modify-writes of the same word.

public import Synchronization

/// A value of the tail of a single-producer ring.
@usableFromInline
struct SingleProducerTail {
  /// The consumer wants to be woken.
  @usableFromInline static var consumerWaits: UInt { 1 }
  /// The consumer is gone.
  @usableFromInline static var consumerGone: UInt { 2 }
  /// The producer is gone.
  @usableFromInline static var producerGone: UInt { 4 }

  @usableFromInline let word: UInt

  @inlinable
  init(word: UInt) { self.word = word }

  /// The value after `count` elements, with both ends there and nobody waiting.
  @inlinable
  init(count: UInt) { word = count << 3 }

  /// How many elements were put in so far.
  @inlinable var count: UInt { word >> 3 }

  /// Whether any of the three bits is set.
  @inlinable var hasNews: Bool { word & 7 != 0 }

  @inlinable var consumerWaits: Bool { word & SingleProducerTail.consumerWaits != 0 }
  @inlinable var consumerIsGone: Bool { word & SingleProducerTail.consumerGone != 0 }
  @inlinable var producerIsGone: Bool { word & SingleProducerTail.producerGone != 0 }
}

extension RingReference {
  /// What the tail says now. Elements that it counts can be read.
  @inlinable
  @inline(__always)
  var singleProducerTail: SingleProducerTail {
    // The control block is valid while an end refers to it.
    SingleProducerTail(word: unsafe control.pointee.tail.load(ordering: .acquiring))
  }

  /// Lets the consumer have the elements up to `count`. Only the producer.
  ///
  /// - Returns: what the tail said before. The request to be woken is the caller's to meet.
  @inlinable
  @inline(__always)
  func publish(count: UInt) -> SingleProducerTail {
    // As above. The exchange is the one locked instruction on the producer's way.
    SingleProducerTail(
      word: unsafe control.pointee.tail.exchange(
        SingleProducerTail(count: count).word, ordering: .acquiringAndReleasing))
  }

  /// Meets what a publication has found in the tail: wakes the consumer if it waits, and takes the
  /// publication back if the consumer is gone. Only the producer.
  ///
  /// - Parameters:
  ///   - count: how many elements there were before.
  ///   - before: what the tail said before.
  /// - Returns: false if the consumer is gone.
  @usableFromInline
  @inline(never)
  func isAccepted(from count: UInt, despite before: SingleProducerTail) -> Bool {
    if before.consumerWaits { wake() }
    guard before.consumerIsGone else { return true }
    // As above; the consumer has looked at the tail for the last time.
    unsafe control.pointee.tail.store(
      SingleProducerTail(count: count).word | SingleProducerTail.consumerGone, ordering: .relaxed)
    return false
  }

  /// Asks to be woken by what comes after the first `count` elements. Only the consumer.
  ///
  /// - Returns: false if there is more already, or will be no more.
  @usableFromInline
  func announceConsumer(after count: UInt) -> Bool {
    let empty = SingleProducerTail(count: count).word
    let announced = empty | SingleProducerTail.consumerWaits
    // As above.
    let attempt = unsafe control.pointee.tail.compareExchange(
      expected: empty, desired: announced, successOrdering: .acquiringAndReleasing,
      failureOrdering: .acquiring)
    // It may stand there still from a wait that was cancelled.
    return attempt.exchanged || attempt.original == announced
  }

  /// Says that an end is gone.
  ///
  /// - Returns: what the tail said before.
  @usableFromInline
  func close(_ end: UInt) -> SingleProducerTail {
    // As above.
    SingleProducerTail(
      word: unsafe control.pointee.tail.bitwiseOr(end, ordering: .acquiringAndReleasing).oldValue)
  }
}
