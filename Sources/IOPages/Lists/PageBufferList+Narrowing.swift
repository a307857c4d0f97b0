// Shortening a list as if it were one buffer: Mirage's `shiftv`, and what follows a read or a write
// that has done a part of its work.

internal import DequeModule
internal import IOPageCore

extension PageBufferList where Element: ~Copyable {
  /// Gives up the first `length` bytes, whole buffers and a part of the next: after a write of
  /// `length` bytes, what is left to write.
  ///
  /// - Precondition: `length` is in `0...count`.
  /// - Complexity: O(elements that go).
  public mutating func removeFirst(_ length: Int) {
    precondition(length >= 0 && length <= count, "The list does not have so many bytes.")
    count -= length
    var rest = length
    while rest > 0, rest >= elements[0].count {
      rest -= elements[0].count
      _ = elements.removeFirst()
    }
    if rest > 0 { elements[0].removeFirst(rest) }
  }

  /// Gives up the last `length` bytes, whole buffers and a part of the one before: after a read that
  /// came out shorter than the list.
  ///
  /// - Precondition: `length` is in `0...count`.
  /// - Complexity: O(elements that go).
  public mutating func removeLast(_ length: Int) {
    precondition(length >= 0 && length <= count, "The list does not have so many bytes.")
    count -= length
    var rest = length
    while rest > 0, rest >= elements[elements.count - 1].count {
      rest -= elements[elements.count - 1].count
      _ = elements.removeLast()
    }
    if rest > 0 { elements[elements.count - 1].removeLast(rest) }
  }

  /// Cuts the first `length` bytes off and returns them as a list; this one keeps the others. A
  /// buffer that both have a part of is split.
  ///
  /// - Precondition: `length` is in `0...count`.
  /// - Complexity: O(elements that go).
  public mutating func takeFirst(_ length: Int) -> PageBufferList {
    precondition(length >= 0 && length <= count, "The list does not have so many bytes.")
    var head = PageBufferList()
    while head.count < length {
      let missing = length - head.count
      if elements[0].count <= missing {
        count -= elements[0].count
        head.append(elements.removeFirst())
      } else {
        count -= missing
        head.append(elements[0].takeFirst(missing))
      }
    }
    return head
  }
}
