// Parts of shared bytes. A slice refers to what was frozen, of which nothing is copied.

extension SharedPageBuffer {
  /// Some of the bytes, shared.
  ///
  /// - Parameter range: offsets from the first byte.
  /// - Precondition: the bounds are in `0...count`.
  /// - Complexity: O(1): one reference count.
  public func extracting(_ range: Range<Int>) -> SharedPageBuffer {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "The range lies outside of the buffer.")
    // An empty slice keeps nothing alive.
    guard !range.isEmpty else { return SharedPageBuffer() }
    var slice = self
    // In bounds, as was just checked.
    unsafe slice.start += range.lowerBound
    slice.count = range.count
    return slice
  }

  /// Some of the bytes, shared. `buffer[14..<34]`.
  ///
  /// - Precondition: the bounds are in `0...count`.
  /// - Complexity: O(1): one reference count.
  public subscript(range: Range<Int>) -> SharedPageBuffer { extracting(range) }

  /// Cuts the first `length` bytes off and returns them; this value keeps the others.
  ///
  /// - Precondition: `length` is in `0...count`.
  /// - Complexity: O(1): one reference count.
  public mutating func takeFirst(_ length: Int) -> SharedPageBuffer {
    precondition(length >= 0 && length <= count, "The buffer does not have so many bytes.")
    let head = extracting(0..<length)
    removeFirst(length)
    return head
  }

  /// Cuts the last `length` bytes off and returns them; this value keeps the others.
  ///
  /// - Precondition: `length` is in `0...count`.
  /// - Complexity: O(1): one reference count.
  public mutating func takeLast(_ length: Int) -> SharedPageBuffer {
    precondition(length >= 0 && length <= count, "The buffer does not have so many bytes.")
    let tail = extracting(count - length..<count)
    removeLast(length)
    return tail
  }

  /// Gives up the first `length` bytes. The pages stay until ``releaseRest()``, or until the last
  /// reference goes.
  ///
  /// - Precondition: `length` is in `0...count`.
  /// - Complexity: O(1).
  public mutating func removeFirst(_ length: Int) {
    precondition(length >= 0 && length <= count, "The buffer does not have so many bytes.")
    if length == count {
      self = SharedPageBuffer()
    } else {
      // In bounds, as was just checked.
      unsafe start += length
      count -= length
    }
  }

  /// Gives up the last `length` bytes. The pages stay until ``releaseRest()``, or until the last
  /// reference goes.
  ///
  /// - Precondition: `length` is in `0...count`.
  /// - Complexity: O(1).
  public mutating func removeLast(_ length: Int) {
    precondition(length >= 0 && length <= count, "The buffer does not have so many bytes.")
    if length == count { self = SharedPageBuffer() } else { count -= length }
  }

  /// The bytes in slices of one length, in ascending order; the last one may be shorter.
  ///
  /// - Precondition: `length` is positive.
  /// - Complexity: O(1), and one reference count for each slice.
  public func chunks(ofCount length: Int) -> some Sequence<SharedPageBuffer> & Sendable {
    precondition(length > 0, "A chunk must have bytes.")
    return Chunks(rest: self, length: length)
  }

  private struct Chunks: Sequence, IteratorProtocol, Sendable {
    var rest: SharedPageBuffer
    let length: Int

    mutating func next() -> SharedPageBuffer? {
      rest.isEmpty ? nil : rest.takeFirst(Swift.min(length, rest.count))
    }
  }
}
