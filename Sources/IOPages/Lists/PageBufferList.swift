// A packet or a block that lies in several places: an ordered list of buffers that counts as one run
// of bytes. What Cstruct does with lists of views (`lenv`, `copyv`, `fillv`, `shiftv`), with owners:
//
//   headers      [14 bytes]
//   list    -->  [  payload, 1500 bytes in a page  ]      count = 1518, three elements
//   trailer      [4 bytes]
//
// The elements lie in a deque of swift-collections. None of them is empty, so that each step through
// the list gets on, and their total is kept.

internal import DequeModule
public import IOPageCore

/// Buffers in an order, with one total length: scatter-gather lists for readv(2), writev(2) and for
/// devices that take several ranges.
///
/// A list of ``PageBuffer`` owns what it holds and can be written to; a list of
/// ``SharedPageBuffer`` shares it.
public struct PageBufferList<Element: NarrowableBytes & ~Copyable>: ~Copyable {
  var elements = UniqueDeque<Element>()
  /// The number of bytes of all elements together.
  public internal(set) var count = 0

  /// No bytes.
  public init() {}

  /// The bytes of one buffer.
  public init(_ element: consuming Element) { append(element) }

  /// Whether there are no bytes at all. O(1).
  public var isEmpty: Bool { count == 0 }

  /// The number of buffers. Empty ones are not kept. O(1).
  public var elementCount: Int { elements.count }

  /// One of the buffers, to read.
  ///
  /// - Precondition: `index` is in `0..<elementCount`.
  /// - Complexity: O(1).
  public subscript(element index: Int) -> Element {
    _read { yield elements[index] }
  }
}

extension PageBufferList: Sendable where Element: Sendable & ~Copyable {}

extension PageBufferList where Element: ~Copyable {
  /// Adds a buffer behind the others; an empty one adds nothing and is dropped.
  ///
  /// - Precondition: the total length stays below 2^63.
  /// - Complexity: amortized O(1).
  public mutating func append(_ element: consuming Element) {
    guard element.count > 0 else { return }
    count += element.count
    elements.append(element)
  }

  /// Adds a buffer before the others, as a layer adds its header; an empty one adds nothing and is
  /// dropped.
  ///
  /// - Precondition: the total length stays below 2^63.
  /// - Complexity: amortized O(1).
  public mutating func prepend(_ element: consuming Element) {
    guard element.count > 0 else { return }
    count += element.count
    elements.prepend(element)
  }

  /// Adds the buffers of another list behind these.
  ///
  /// - Precondition: the total length stays below 2^63.
  /// - Complexity: O(elements of `other`).
  public mutating func append(_ other: consuming PageBufferList) {
    while let element = other.popFirst() { append(element) }
  }

  /// Takes the first buffer out; nil if there is none.
  ///
  /// - Complexity: O(1).
  public mutating func popFirst() -> Element? {
    guard let element = elements.popFirst() else { return nil }
    count -= element.count
    return element
  }

  /// Takes the last buffer out; nil if there is none.
  ///
  /// - Complexity: O(1).
  public mutating func popLast() -> Element? {
    guard let element = elements.popLast() else { return nil }
    count -= element.count
    return element
  }
}
