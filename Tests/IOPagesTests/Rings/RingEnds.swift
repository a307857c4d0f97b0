// The ends of both kinds of rings, as objects: they get into closures that escape, and a test can be
// written once for both kinds.

import Glibc
import IOPages
import MemoryTestSupport
import Synchronization

// What is expected of a value that is not copied is better said of a number.
extension SingleProducerRing<IOPage>.Producer {
  /// Puts a page in. Returns false, and drops it, if it comes back.
  mutating func accepts(_ page: consuming IOPage) -> Bool { push(page) == nil }
}

extension SingleProducerRing<IOPage>.Consumer {
  /// Takes a page out and drops it.
  mutating func popNumber() -> UInt64? {
    if let page = pop() { page.number } else { nil }
  }
}

extension MultiProducerRing<IOPage>.Producer {
  /// Puts a page in. Returns false, and drops it, if it comes back.
  mutating func accepts(_ page: consuming IOPage) -> Bool { push(page) == nil }
}

extension MultiProducerRing<IOPage>.Consumer {
  /// Takes a page out and drops it.
  mutating func popNumber() -> UInt64? {
    if let page = pop() { page.number } else { nil }
  }
}

/// A producer, used by one thread at a time.
protocol ProducerObject: AnyObject, Sendable {
  var capacity: Int { get }
  var isClosed: Bool { get }
  func push(_ page: consuming IOPage) -> IOPage?
  /// Drops the end.
  func drop()
}

/// A consumer, used by one thread or task at a time.
protocol ConsumerObject: AnyObject, Sendable {
  var capacity: Int { get }
  var count: Int { get }
  var isFinished: Bool { get }
  func pop() -> IOPage?
  nonisolated(nonsending) func next() async -> IOPage?
  /// Drops the end.
  func drop()
}

// Four classes, not a generic one for either end: for a conformance of an end to a protocol, which
// would have to be `where Element == IOPage`, Swift 6.3's runtime finds no metadata.

final class SingleProducerObject: ProducerObject, @unchecked Sendable {
  // Sendable: tests use it on one thread at a time.
  private var end: SingleProducerRing<IOPage>.Producer?
  init(_ end: consuming SingleProducerRing<IOPage>.Producer) { self.end = consume end }
  // Of an optional that is not copied, what it holds can be changed, but not read.
  var capacity: Int { { (end: inout _) in end.capacity }(&end!) }
  var isClosed: Bool { { (end: inout _) in end.isClosed }(&end!) }
  func push(_ page: consuming IOPage) -> IOPage? { end!.push(page) }
  func drop() { end = nil }
}

final class MultiProducerObject: ProducerObject, @unchecked Sendable {
  // Sendable: as above.
  private var end: MultiProducerRing<IOPage>.Producer?
  init(_ end: consuming MultiProducerRing<IOPage>.Producer) { self.end = consume end }
  var capacity: Int { { (end: inout _) in end.capacity }(&end!) }
  var isClosed: Bool { { (end: inout _) in end.isClosed }(&end!) }
  func push(_ page: consuming IOPage) -> IOPage? { end!.push(page) }
  func drop() { end = nil }
}

final class SingleProducerConsumerObject: ConsumerObject, @unchecked Sendable {
  // Sendable: as above.
  private var end: SingleProducerRing<IOPage>.Consumer?
  init(_ end: consuming SingleProducerRing<IOPage>.Consumer) { self.end = consume end }
  var capacity: Int { { (end: inout _) in end.capacity }(&end!) }
  var count: Int { { (end: inout _) in end.count }(&end!) }
  var isFinished: Bool { { (end: inout _) in end.isFinished }(&end!) }
  func pop() -> IOPage? { end!.pop() }
  nonisolated(nonsending) func next() async -> IOPage? { await end!.next() }
  func drop() { end = nil }
}

final class MultiProducerConsumerObject: ConsumerObject, @unchecked Sendable {
  // Sendable: as above.
  private var end: MultiProducerRing<IOPage>.Consumer?
  init(_ end: consuming MultiProducerRing<IOPage>.Consumer) { self.end = consume end }
  var capacity: Int { { (end: inout _) in end.capacity }(&end!) }
  var count: Int { { (end: inout _) in end.count }(&end!) }
  var isFinished: Bool { { (end: inout _) in end.isFinished }(&end!) }
  func pop() -> IOPage? { end!.pop() }
  nonisolated(nonsending) func next() async -> IOPage? { await end!.next() }
  func drop() { end = nil }
}

/// Both ends of a ring.
struct RingEnds {
  let producer: any ProducerObject
  let consumer: any ConsumerObject
}

/// The kinds of rings.
enum RingKind: CaseIterable, Sendable {
  case singleProducer
  case multiProducer

  func makeRing(capacity: Int) -> RingEnds {
    switch self {
    case .singleProducer:
      let ring = SingleProducerRing<IOPage>(capacity: capacity)
      return RingEnds(
        producer: SingleProducerObject(ring.producer),
        consumer: SingleProducerConsumerObject(ring.consumer))
    case .multiProducer:
      let ring = MultiProducerRing<IOPage>(capacity: capacity)
      return RingEnds(
        producer: MultiProducerObject(ring.producer),
        consumer: MultiProducerConsumerObject(ring.consumer))
    }
  }
}

/// Pages that carry a number, from a pool that tells how many of them are somewhere.
struct NumberedPages: Sendable {
  private let pool: PagePool

  init(count: Int) throws {
    pool = try PagePool(
      region: MemoryRegion(RegionOptions(byteCount: count * 4096, population: .none)))
  }

  /// How many pages were not given back.
  var outstanding: Int { pool.statistics.allocatedPages }

  /// A page with `number` in it; waits for one if the others are on their way.
  func page(_ number: UInt64) -> IOPage {
    while true {
      if var page = try? pool.allocate(order: 0, contents: .uninitialized) {
        page.storeBytes(of: number, toByteOffset: 0, as: UInt64.self)
        return page
      }
      sched_yield()
    }
  }
}

extension IOPage {
  /// What NumberedPages has written.
  var number: UInt64 { load(fromByteOffset: 0, as: UInt64.self) }
}

extension ProducerObject {
  /// Puts a page in. Returns false, and drops it, if it comes back.
  func accepts(_ page: consuming IOPage) -> Bool { push(page) == nil }

  /// Puts a page in. Returns the number of the page that comes back, and drops it.
  func refuses(_ page: consuming IOPage) -> UInt64? {
    if let page = push(page) { page.number } else { nil }
  }

  /// Puts a page in, as soon as there is room; drops it if the consumer is gone.
  func pushWaiting(_ page: consuming IOPage) {
    var rest = push(page)
    while let page = rest.take(), !isClosed {
      sched_yield()
      rest = push(page)
    }
  }
}

extension ConsumerObject {
  /// Takes a page out and drops it.
  func popNumber() -> UInt64? {
    if let page = pop() { page.number } else { nil }
  }

  /// Awaits a page and drops it.
  nonisolated(nonsending) func nextNumber() async -> UInt64? {
    if let page = await next() { page.number } else { nil }
  }
}

/// Lets a closure that escapes consume a value.
final class HandOver<Value: ~Copyable & Sendable>: @unchecked Sendable {
  // Sendable: whoever exchanges the flag has the value.
  private let isThere = Atomic<Bool>(true)
  private var value: Value?
  init(_ value: consuming Value) { self.value = consume value }

  /// Takes the value, once.
  func take() -> Value {
    guard isThere.exchange(false, ordering: .acquiringAndReleasing), let value = value.take() else {
      fatalError("It was taken before.")
    }
    return value
  }
}
