// What is measured: something that hands out blocks and takes them back.
//
// Every workload is generic over its subject, so that the compiler makes a loop for each of them in
// which our own calls are inlined as in a driver; peers are called through pointers, since they are
// found when the program runs. A subject that can do better with a whole loop than with one call at
// a time (DPDK's functions are inlined from its headers) brings the loop along.

import CBenchSupport

/// An allocator, or a layer of one.
protocol BenchSubject: Sendable {
  /// What the owner of a block keeps: all that is needed to give it back.
  associatedtype Block: ~Copyable

  /// What the subject is called in tables and options.
  var name: SubjectName { get }
  var limits: SubjectLimits { get }

  /// Takes a block of `1 << order` pages; nil if there is none.
  func take(order: Int) -> Block?
  /// Gives a block back.
  func give(_ block: consuming Block)

  /// Takes and gives back one block of that order, `count` times.
  func pairs(_ count: Int, order: Int)
  /// Takes `size` single pages and gives them back, `count` times, with one call each if there are
  /// calls for many pages.
  func bursts(_ count: Int, size: Int)
  /// Takes single pages into the first `count` slots, one by one.
  func fill(_ slots: borrowing BlockSlots<Block>, count: Int)
  /// Gives back what the first `count` slots hold, one by one.
  func drain(_ slots: borrowing BlockSlots<Block>, count: Int)

  /// Is called first, and ``leaveThread()`` last, by each thread that measures.
  func enterThread()
  func leaveThread()
}

/// What a subject cannot do.
struct SubjectLimits {
  /// Whether it may be used by several threads at once.
  var isThreadSafe = true
  /// The largest order of a block.
  var largestOrder = 10
  /// The most single pages to hold at a time, where more take for ever.
  var pageLimit = Int.max
  /// Why it is left out of the workloads with blocks of mixed orders on threads; nil if it is not.
  var threadedMixRefusal: String?
}

extension BenchSubject {
  var limits: SubjectLimits { SubjectLimits() }

  /// A block that has to be there: the workloads never ask for more than there is.
  @inline(__always)
  func mustTake(order: Int) -> Block {
    guard let block = take(order: order) else { failExhausted(order: order) }
    return block
  }

  /// Kept out of the measured loops.
  @inline(never)
  private func failExhausted(order: Int) -> Never {
    fatalError("\(name.rawValue) has no block of order \(order) left.")
  }

  @inline(__always)
  func pairs(_ count: Int, order: Int) {
    for _ in 0..<count { give(mustTake(order: order)) }
  }

  @inline(__always)
  func bursts(_ count: Int, size: Int) {
    let slots = BlockSlots<Block>(capacity: size)
    for _ in 0..<count {
      fill(slots, count: size)
      drain(slots, count: size)
    }
  }

  @inline(__always)
  func fill(_ slots: borrowing BlockSlots<Block>, count: Int) {
    for index in 0..<count { slots.put(mustTake(order: 0), at: index) }
  }

  @inline(__always)
  func drain(_ slots: borrowing BlockSlots<Block>, count: Int) {
    for index in 0..<count { give(slots.take(at: index)) }
  }

  func enterThread() {}
  func leaveThread() {}
}

/// The subjects, by their names in options and results.
enum SubjectName: String, CaseIterable {
  case pages = "iopages"
  case frames = "pool-frames"
  case buddy = "buddy"
  case dpdkMempool = "dpdk-mempool"
  case dpdkMalloc = "dpdk-malloc"
  case tcmalloc = "tcmalloc"
  case mimalloc = "mimalloc"
  case jemalloc = "jemalloc"
  case glibc = "glibc"
  case none = "none"
  case loop = "loop"
  case pageBuffer = "page-buffer"
  case sharedPageBuffer = "shared-page-buffer"
  case rawPointer = "raw-pointer"
  case c
  case singleProducerRing = "single-producer-ring"
  case multiProducerRing = "multi-producer-ring"
  case lamportQueue = "lamport-queue"
  case poolSet = "pool-set"

  /// Whether it is what programs use of this package.
  var isPublicInterface: Bool {
    switch self {
    case .pages, .pageBuffer, .sharedPageBuffer, .poolSet: true
    case .singleProducerRing, .multiProducerRing: true
    default: false
    }
  }

  /// Whether it is one of DPDK's, which wants threads and gigabytes of its own.
  var isDPDK: Bool { self == .dpdkMempool || self == .dpdkMalloc }
}
