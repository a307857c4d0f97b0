// What the two ends of a ring share besides its slots. Each end is a value that one thread at a time
// has, and which knows by itself how far it has come; what it tells the other end stands here, in
// words on lines of their own, so that a line moves between the processors when there is news and not
// because a neighbour was written:
//
//   0    tail       written by producers: how many elements there were so far, and in the low bits
//                   what SingleProducerTail.swift or MultiProducerTail.swift say
//   128  head       written by the consumer: how many elements it has taken; with several producers,
//                   who look at the slots instead, only when it goes
//   256  the rest   written when somebody waits, comes or goes
//
// Twice the line's 64 bytes, since the processor fetches the neighbour too. The block is memory of the
// heap that ARC does not count. It is freed, with the slots, by the end that goes last.

public import Synchronization

/// The words that the ends of a ring share.
@safe
@usableFromInline
struct RingControl: ~Copyable {
  static let alignment = 128

  @usableFromInline let tail = Atomic<UInt>(0)
  private let afterTail = InlineArray<15, UInt64>(repeating: 0)
  @usableFromInline let head = Atomic<UInt>(0)
  private let afterHead = InlineArray<15, UInt64>(repeating: 0)

  /// How many producers there are, where there may be several.
  @usableFromInline let producers = Atomic<Int>(1)
  /// How many of the two sides are left: the producers together, and the consumer.
  @usableFromInline let sides = Atomic<Int>(2)

  /// Whether the consumer is suspended, or about to be. Whoever exchanges true for false owns
  /// `continuation` and resumes it. See RingReference+Waiting.swift.
  let isWaiting = Atomic<Bool>(false)
  /// Somewhere else: to change a field in place is to access all fields, while others use the words.
  let continuation: UnsafeMutablePointer<CheckedContinuation<Void, Never>?>

  init() {
    unsafe continuation = .allocate(capacity: 1)
    // Fresh memory for one.
    unsafe continuation.initialize(to: nil)
  }

  deinit {
    // Made in the initialiser; nobody waits any more.
    unsafe continuation.deinitialize(count: 1)
    unsafe continuation.deallocate()
  }
}

/// A reference to the words that the ends of a ring share, which ARC does not count. Whoever has one is
/// an end of the ring, or is waited for by one.
@safe
@usableFromInline
struct RingReference: @unchecked Sendable {
  // Sendable: what several threads use is atomic, or guarded by what is.
  @usableFromInline let control: UnsafeMutablePointer<RingControl>

  /// Makes the words of a ring with both its sides.
  @usableFromInline
  init() {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: MemoryLayout<RingControl>.size, alignment: RingControl.alignment)
    // Fresh memory of that size.
    unsafe control = memory.bindMemory(to: RingControl.self, capacity: 1)
    unsafe control.initialize(to: RingControl())
  }

  /// How many elements the consumer has taken. Their slots are empty.
  @inlinable
  @inline(__always)
  var head: UInt {
    // The control block is valid while an end refers to it.
    unsafe control.pointee.head.load(ordering: .acquiring)
  }

  /// Says how many elements the consumer has taken. Only the consumer.
  @inlinable
  @inline(__always)
  func setHead(_ count: UInt) {
    // As above.
    unsafe control.pointee.head.store(count, ordering: .releasing)
  }

  /// Gives one side up, after its last use of the ring's memory.
  ///
  /// - Returns: whether it was the last one: then the memory is the caller's to free.
  @usableFromInline
  func leave() -> Bool {
    // Releasing what this side did, and acquiring what the other one did before it left.
    unsafe control.pointee.sides.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0
  }

  /// Frees the words. Nobody refers to them any more.
  @usableFromInline
  func deallocate() {
    // Made in init(); leave() has told the caller, and nobody else, that no side is left.
    unsafe control.deinitialize(count: 1)
    unsafe control.deallocate()
  }

  /// The number of slots for a ring that is to hold at least `capacity` elements: a power of two, so
  /// that a position becomes a slot by a mask.
  @usableFromInline
  static func slotCount(capacity: Int) -> Int {
    precondition(
      capacity > 0 && capacity <= 1 << 32, "A ring has room for 1 to 4,294,967,296 elements.")
    return 1 << (Int.bitWidth - (capacity - 1).leadingZeroBitCount)
  }
}
