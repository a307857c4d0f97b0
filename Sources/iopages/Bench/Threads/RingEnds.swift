// The ends of rings, as the workload with rings uses them: the library's, and Lamport's queue, which
// is what they are built on and can do less: it never ends, and nobody sleeps until it has news.

import IOPages

/// The end of a ring that pages are put into.
protocol PuttingEnd: ~Copyable, Sendable {
  /// Puts a page in; returns it if there is no room.
  mutating func push(_ page: consuming IOPage) -> IOPage?
  /// Puts in as many of the pages as there is room for, in any order; the others stay.
  mutating func push(contentsOf pages: inout UniqueArray<IOPage>)
  /// Lets the other end have all that were put in; to be called after the last one.
  mutating func finish()
}

/// The end of a ring that pages are taken from.
protocol TakingEnd: ~Copyable, Sendable {
  /// Takes a page out; nil if there is none.
  mutating func pop() -> IOPage?
  /// Takes out as many pages as there are and `pages` has room for.
  mutating func pop(into pages: inout UniqueArray<IOPage>)
}

extension PuttingEnd where Self: ~Copyable {
  /// One by one.
  @inline(__always)
  mutating func push(contentsOf pages: inout UniqueArray<IOPage>) {
    while let page = pages.popLast() {
      guard let left = push(page) else { continue }
      pages.append(left)
      return
    }
  }
}

/// What makes rings.
protocol MeasuredRing {
  associatedtype Putting: PuttingEnd, ~Copyable
  associatedtype Taking: TakingEnd, ~Copyable

  static func make(capacity: Int) -> RingEnds<Putting, Taking>
}

/// The ends of a ring, each of which one thread takes, once.
final class RingEnds<Putting: PuttingEnd & ~Copyable, Taking: TakingEnd & ~Copyable>:
  @unchecked Sendable
{
  // Sendable: no two threads look at the same of these.
  private var putting: Putting?
  private var taking: Taking?

  init(_ putting: consuming Putting, _ taking: consuming Taking) {
    self.putting = consume putting
    self.taking = consume taking
  }

  /// The end that pages are put into.
  func takePutting() -> Putting {
    guard let end = putting.take() else { fatalError("The end has been taken.") }
    return end
  }

  /// The end that pages are taken from.
  func takeTaking() -> Taking {
    guard let end = taking.take() else { fatalError("The end has been taken.") }
    return end
  }
}

// The library's ends are wrapped: Swift 6.3's runtime does not find the type of a class that is generic
// over them by their own conformance, which would depend on a type that is not copied.

/// ``SingleProducerRing``.
enum SingleProducerRings: MeasuredRing {
  struct Putting: PuttingEnd, ~Copyable {
    var end: SingleProducerRing<IOPage>.Producer

    @inline(__always)
    mutating func push(_ page: consuming IOPage) -> IOPage? { end.push(page) }
    @inline(__always)
    mutating func push(contentsOf pages: inout UniqueArray<IOPage>) {
      _ = end.push(contentsOf: &pages)
    }
    @inline(__always)
    mutating func finish() {}
  }

  struct Taking: TakingEnd, ~Copyable {
    var end: SingleProducerRing<IOPage>.Consumer

    @inline(__always)
    mutating func pop() -> IOPage? { end.pop() }
    @inline(__always)
    mutating func pop(into pages: inout UniqueArray<IOPage>) {
      pages.edit { _ = end.pop(into: &$0) }
    }
  }

  static func make(capacity: Int) -> RingEnds<Putting, Taking> {
    let ring = SingleProducerRing<IOPage>(capacity: capacity)
    return RingEnds(Putting(end: ring.producer), Taking(end: ring.consumer))
  }
}

/// ``MultiProducerRing``.
enum MultiProducerRings: MeasuredRing {
  struct Putting: PuttingEnd, ~Copyable {
    var end: MultiProducerRing<IOPage>.Producer

    @inline(__always)
    mutating func push(_ page: consuming IOPage) -> IOPage? { end.push(page) }
    @inline(__always)
    mutating func finish() {}
  }

  struct Taking: TakingEnd, ~Copyable {
    var end: MultiProducerRing<IOPage>.Consumer

    @inline(__always)
    mutating func pop() -> IOPage? { end.pop() }
    @inline(__always)
    mutating func pop(into pages: inout UniqueArray<IOPage>) {
      pages.edit { _ = end.pop(into: &$0) }
    }
  }

  static func make(capacity: Int) -> RingEnds<Putting, Taking> {
    let ring = MultiProducerRing<IOPage>(capacity: capacity)
    return RingEnds(Putting(end: ring.producer), Taking(end: ring.consumer))
  }
}
