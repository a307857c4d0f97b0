// Bytes in and out of a list as if it were one buffer. Bounds are checked before the first byte is
// written.

internal import DequeModule
public import IOPageCore

extension PageBufferList where Element: ~Copyable {
  /// Copies bytes out, from `offset` on, as many as `target` has.
  ///
  /// - Precondition: the list has so many from `offset` on; otherwise nothing is written.
  /// - Complexity: O(bytes + elements).
  public borrowing func copyBytes(to target: inout MutableRawSpan, from offset: Int = 0) {
    let length = target.byteCount
    checkRange(offset: offset, count: length)
    var output = 0
    var start = 0
    var index = 0
    while output < length {
      let end = start + elements[index].count
      let first = max(offset, start)
      if first < end {
        let range = first - start..<min(end - start, first - start + length - output)
        unsafe elements[index].withUnsafeBytes { source in
          precondition(range.upperBound <= source.count, "A buffer has fewer bytes than it counts.")
          unsafe target.withUnsafeMutableBytes { target in
            // In bounds, as was just checked; the parts together are as long as the target.
            unsafe UnsafeMutableRawBufferPointer(rebasing: target[output...])
              .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[range]))
          }
        }
        output += range.count
      }
      start = end
      index += 1
    }
  }

  /// The integer at `offset`, which need not be aligned and may lie in two buffers or more.
  ///
  /// - Parameters:
  ///   - offset: in bytes from the start of the list.
  ///   - type: a fixed-width integer.
  ///   - byteOrder: the order of its bytes in memory.
  /// - Precondition: all of its bytes are there.
  /// - Complexity: O(elements).
  public borrowing func load<Value: FixedWidthInteger & BitwiseCopyable>(
    fromByteOffset offset: Int, as type: Value.Type, _ byteOrder: IOPage.ByteOrder = .native
  ) -> Value {
    checkRange(offset: offset, count: MemoryLayout<Value>.size)
    var stored = Value.zero
    unsafe withUnsafeMutableBytes(of: &stored) { bytes in
      // The bytes of an integer of our own.
      var target = unsafe MutableRawSpan(_unsafeBytes: bytes)
      copyBytes(to: &target, from: offset)
    }
    return byteOrder.convert(stored)
  }

  /// Traps unless `count` bytes from `offset` lie in the list.
  borrowing func checkRange(offset: Int, count length: Int) {
    precondition(
      offset >= 0 && length <= count && offset <= count - length,
      "The bytes reach outside of the list.")
  }
}

extension PageBufferList where Element: WritableBytes & ~Copyable {
  /// Copies bytes in, to `offset` and on, across the buffers.
  ///
  /// - Precondition: they fit; otherwise nothing is written.
  /// - Complexity: O(bytes + elements).
  public mutating func copyBytes(from source: RawSpan, at offset: Int = 0) {
    checkRange(offset: offset, count: source.byteCount)
    var rest = source
    var start = 0
    var index = 0
    while !rest.isEmpty {
      let end = start + elements[index].count
      let first = max(offset, start)
      if first < end {
        let length = min(end - first, rest.byteCount)
        elements[index].copyBytes(from: rest.extracting(0..<length), at: first - start)
        rest = rest.extracting(length...)
      }
      start = end
      index += 1
    }
  }

  /// Copies bytes in, to `offset` and on, across the buffers.
  ///
  /// - Precondition: they fit; otherwise nothing is written.
  /// - Complexity: O(bytes + elements).
  public mutating func copyBytes(from source: Span<UInt8>, at offset: Int = 0) {
    // Bytes have no representation but themselves.
    unsafe copyBytes(from: source.bytes, at: offset)
  }
}

extension Array where Element == UInt8 {
  /// The bytes of a list, copied: Mirage's `copyv`.
  ///
  /// - Complexity: O(bytes + elements).
  public init<Buffer: NarrowableBytes & ~Copyable>(copying list: borrowing PageBufferList<Buffer>) {
    self.init()
    reserveCapacity(list.count)
    for index in 0..<list.elementCount {
      // The span is borrowed for the time of the copy.
      unsafe list.elements[index].withUnsafeBytes { unsafe append(contentsOf: $0) }
    }
  }
}

extension PageBuffer {
  /// One buffer of fresh pages with a copy of all bytes of a list: Mirage's `concat`.
  ///
  /// - Throws: ``OutOfMemory``.
  /// - Complexity: O(bytes + elements), and the allocation of the pages. Any thread.
  public init<Buffer: NarrowableBytes & ~Copyable>(
    copying list: borrowing PageBufferList<Buffer>, from source: some PageSource,
    reclaim: ReclaimPolicy = .allowed, tag: AllocationTag = .none
  ) throws(OutOfMemory) {
    try self.init(
      count: list.count, from: source, contents: .uninitialized, reclaim: reclaim, tag: tag)
    unsafe withUnsafeMutableBytes { bytes in
      // The bytes are the new buffer's, and as many as the list has.
      var target = unsafe MutableRawSpan(_unsafeBytes: bytes)
      list.copyBytes(to: &target)
    }
  }
}
