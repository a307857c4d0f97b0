// Buffers of fresh pages: zeroed, copied, or built through a span that can only be written.

public import PagePools

extension PageBuffer {
  /// A buffer of `count` bytes in as many fresh pages as they need.
  ///
  /// - Parameters:
  ///   - count: in bytes; none gives an empty buffer, which never fails.
  ///   - source: a pool, or a client's view of one.
  ///   - contents: what the bytes hold. ``init(capacity:from:reclaim:tag:initializingWith:)`` builds a
  ///     buffer without ever showing what an uninitialised page holds.
  ///   - reclaim: whether reclaimers may be asked before the request fails.
  ///   - tag: what they are for; it costs nothing unless the pool records tags.
  /// - Throws: ``OutOfMemory``.
  /// - Precondition: `count` is not negative.
  /// - Complexity: as the allocation of the pages. Any thread.
  @inlinable
  public init(
    count: Int, from source: some PageSource, contents: PageContents = .zeroed,
    reclaim: ReclaimPolicy = .allowed, tag: AllocationTag = .none
  ) throws(OutOfMemory) {
    precondition(count >= 0, "A number of bytes must not be negative.")
    if count == 0 {
      self.init()
    } else {
      self.init(
        try source.allocate(covering: count, contents: contents, reclaim: reclaim, tag: tag))
      // Less than a page goes, unless the source has given too many; too few trap.
      removeLast(self.count - count)
    }
  }

  /// A buffer of fresh pages with a copy of `source`.
  ///
  /// - Throws: ``OutOfMemory``.
  /// - Complexity: O(bytes), and the allocation of the pages. Any thread.
  public init(
    copying source: RawSpan, from pages: some PageSource, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) {
    try self.init(
      count: source.byteCount, from: pages, contents: .uninitialized, reclaim: reclaim, tag: tag)
    copyBytes(from: source)
  }

  /// A buffer of fresh pages with a copy of `source`.
  ///
  /// - Throws: ``OutOfMemory``.
  /// - Complexity: O(bytes), and the allocation of the pages. Any thread.
  public init(
    copying source: Span<UInt8>, from pages: some PageSource, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) {
    // Bytes have no representation but themselves.
    try unsafe self.init(copying: source.bytes, from: pages, reclaim: reclaim, tag: tag)
  }

  /// A buffer of fresh pages with a copy of the bytes of a sequence.
  ///
  /// - Throws: ``OutOfMemory``.
  /// - Complexity: O(bytes), and the allocation of the pages; what is no array is copied twice. Any
  ///   thread.
  public init(
    copying source: some Sequence<UInt8>, from pages: some PageSource,
    reclaim: ReclaimPolicy = .allowed, tag: AllocationTag = .none
  ) throws(OutOfMemory) {
    // The number of bytes must be known before pages are asked for.
    let bytes = Array(source)
    try self.init(copying: bytes.span, from: pages, reclaim: reclaim, tag: tag)
  }

  /// A buffer of fresh pages that `body` fills, of which it has as many bytes as were written: what
  /// the pages held before can never be read through it.
  ///
  /// - Parameters:
  ///   - capacity: how many bytes may be written.
  ///   - source: a pool, or a client's view of one.
  ///   - reclaim: whether reclaimers may be asked before the request fails.
  ///   - tag: what they are for; it costs nothing unless the pool records tags.
  ///   - body: appends to a span that cannot be read. Pages that it leaves without bytes go back.
  /// - Throws: ``OutOfMemory``.
  /// - Precondition: `capacity` is not negative.
  /// - Complexity: as the allocation of the pages, and what `body` takes. Any thread.
  public init(
    capacity: Int, from source: some PageSource, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none, initializingWith body: (inout OutputRawSpan) -> Void
  ) throws(OutOfMemory) {
    try self.init(
      count: capacity, from: source, contents: .uninitialized, reclaim: reclaim, tag: tag)
    let written = unsafe withUnsafeMutableBytes { bytes in
      // The bytes are the buffer's, which nobody else uses meanwhile.
      unsafe PageBuffer.countAppended(to: bytes, by: body)
    }
    removeLast(capacity - written)
  }

  /// Has `body` append to `bytes`, and says how many it has appended.
  @unsafe
  static func countAppended(
    to bytes: UnsafeMutableRawBufferPointer, by body: (inout OutputRawSpan) -> Void
  ) -> Int {
    // The caller owns the bytes; none of them counts as written yet.
    var output = unsafe OutputRawSpan(buffer: bytes, initializedCount: 0)
    body(&output)
    return unsafe output.finalize(for: bytes)
  }
}

extension PageSource {
  /// Takes pages that `body` fills; what it does not write is zero. What the pages held before can
  /// never be read through them.
  ///
  /// - Parameters:
  ///   - pages: how many, next to each other.
  ///   - reclaim: whether reclaimers may be asked before the request fails.
  ///   - tag: what they are for; it costs nothing unless the pool records tags.
  ///   - body: appends to a span that cannot be read.
  /// - Throws: ``OutOfMemory``.
  /// - Precondition: `pages` is not negative.
  /// - Complexity: as the allocation of the pages, what `body` takes, and O(bytes not written). Any
  ///   thread.
  public func allocate(
    pages: Int, reclaim: ReclaimPolicy = .allowed, tag: AllocationTag = .none,
    initializingWith body: (inout OutputRawSpan) -> Void
  ) throws(OutOfMemory) -> IOPage {
    var page = try allocate(pages: pages, contents: .uninitialized, reclaim: reclaim, tag: tag)
    let written = unsafe page.withUnsafeMutableBytes { bytes in
      // The bytes are the page's, which nobody else uses meanwhile.
      unsafe PageBuffer.countAppended(to: bytes, by: body)
    }
    page.fill(written..<page.byteCount, with: 0)
    return page
  }
}
