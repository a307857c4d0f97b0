// Going through bytes in steps of one width: the records of a table, the blocks of a device.

extension ReadableBytes where Self: ~Copyable {
  /// Calls `body` with each `count` bytes, in ascending order; the last ones may be fewer.
  ///
  /// - Precondition: `count` is positive.
  /// - Complexity: O(bytes / count) calls.
  @inlinable
  public borrowing func forEachChunk<Failure: Error>(
    ofCount count: Int, _ body: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(count > 0, "A chunk must have bytes.")
    let bytes = bytes
    var offset = 0
    while offset < bytes.byteCount {
      let length = min(count, bytes.byteCount &- offset)
      try body(bytes.extracting(offset..<offset &+ length))
      offset &+= length
    }
  }
}

extension WritableBytes where Self: ~Copyable {
  /// Calls `body` with each `count` bytes, to read and write, in ascending order; the last ones may
  /// be fewer.
  ///
  /// - Precondition: `count` is positive.
  /// - Complexity: O(bytes / count) calls.
  @inlinable
  public mutating func forEachMutableChunk<Failure: Error>(
    ofCount count: Int, _ body: (inout MutableRawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(count > 0, "A chunk must have bytes.")
    let byteCount = bytes.byteCount
    var offset = 0
    while offset < byteCount {
      let length = min(count, byteCount &- offset)
      var chunk = mutableBytes(in: offset..<offset &+ length)
      try body(&chunk)
      offset &+= length
    }
  }
}
