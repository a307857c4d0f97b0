// The sequence number of a slot, after D. Vyukov, "Bounded MPMC queue" (1024cores.net, 2010). It says
// whose turn it is: a position p lies in slot p modulo capacity, on the slot's turn number p divided
// by capacity, and the number counts two states for each turn, so that a ring of one slot works too
// (with Vyukov's own numbers, position + 1 for full and position + capacity for empty, these would be
// one):
//
//   4 × turn       empty: the producer that has got position p may fill it
//   4 × turn + 1   empty, and the consumer wants to be woken when it is filled
//   4 × turn + 2   full: the consumer may empty it, which makes it 4 × (turn + 1)
//
// The numbers lie in an array of their own, not beside the elements. For an element of three words,
// this moves as many lines between the processors as interleaving them would.

public import Synchronization

/// The sequence numbers of a ring's slots, which all ends share; not counted by ARC.
@safe
@usableFromInline
struct SlotSequence: @unchecked Sendable {
  // Sendable: the numbers are atomic.
  @usableFromInline let numbers: UnsafeMutablePointer<Atomic<UInt>>
  /// The number of slots less one, which are a power of two.
  @usableFromInline let mask: UInt
  /// The logarithm of the number of slots.
  @usableFromInline let shift: UInt

  /// Makes the numbers of empty slots.
  @usableFromInline
  init(slotCount: Int) {
    unsafe numbers = .allocate(capacity: slotCount)
    // Fresh memory for that many.
    for slot in 0..<slotCount { unsafe (numbers + slot).initialize(to: Atomic(0)) }
    mask = UInt(slotCount) - 1
    shift = UInt(slotCount.trailingZeroBitCount)
  }

  /// Frees the numbers. Nobody refers to them any more.
  @usableFromInline
  func deallocate() {
    // Made in the initialiser for as many.
    unsafe numbers.deinitialize(count: Int(mask) + 1)
    unsafe numbers.deallocate()
  }

  /// The slot of a position.
  @inlinable
  @inline(__always)
  func slot(of position: UInt) -> Int { Int(truncatingIfNeeded: position & mask) }

  @inlinable
  @inline(__always)
  func emptyNumber(_ position: UInt) -> UInt { (position &>> shift) &<< 2 }

  @inlinable
  @inline(__always)
  func number(_ position: UInt) -> UInt {
    // The mask keeps it in bounds, and an end that refers to the numbers keeps them.
    unsafe numbers[slot(of: position)].load(ordering: .acquiring)
  }

  /// Whether the slot of a position is still full from a turn before (negative), empty for the
  /// position (0), or beyond it (positive): another producer has got it.
  @inlinable
  @inline(__always)
  func state(_ position: UInt) -> Int {
    Int(bitPattern: (number(position) & ~1) &- emptyNumber(position))
  }

  /// Whether the element of a position can be taken.
  @inlinable
  @inline(__always)
  func isFull(_ position: UInt) -> Bool { number(position) == emptyNumber(position) | 2 }

  /// Lets the consumer have the element that lies in the slot.
  ///
  /// - Returns: whether it wants to be woken.
  @inlinable
  @inline(__always)
  func publish(_ position: UInt) -> Bool {
    // As for `number`. An exchange, so that an announcement is not overlooked.
    unsafe numbers[slot(of: position)].exchange(
      emptyNumber(position) | 2, ordering: .acquiringAndReleasing) & 1 != 0
  }

  /// Lets producers have the slot, out of which the element has been taken, for the next turn.
  @inlinable
  @inline(__always)
  func recycle(_ position: UInt) {
    // As for `number`.
    unsafe numbers[slot(of: position)].store(
      emptyNumber(position) &+ 4, ordering: .releasing)
  }

  /// Asks to be woken when the element of a position is there. Only the consumer.
  ///
  /// - Returns: false if it is there already.
  func announceConsumer(at position: UInt) -> Bool {
    let announced = emptyNumber(position) | 1
    // As for `number`.
    let attempt = unsafe numbers[slot(of: position)].compareExchange(
      expected: emptyNumber(position), desired: announced,
      successOrdering: .acquiringAndReleasing, failureOrdering: .acquiring)
    // It may stand there still from a wait that was cancelled.
    return attempt.exchanged || attempt.original == announced
  }
}
