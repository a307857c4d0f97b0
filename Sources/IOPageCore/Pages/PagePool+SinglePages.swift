// Many single pages at once: Mirage's `pages`, and giving them back together. A number of pages that
// the processor's cache has is taken from it, or put back, in one step; pages become owners, and
// owners pages, in the caller's container.

public import PagePools

extension PagePool {
  /// Takes `count` pages, each with an owner of its own, and appends them to `pages`.
  ///
  /// They need not be next to each other. All are taken, or none.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - pages: has room for `count` more.
  ///   - contents: what they hold.
  ///   - reclaim: whether reclaimers may be asked before the request fails.
  ///   - tag: what they are for; it costs nothing unless the pool records tags.
  /// - Throws: ``OutOfMemory``; then `pages` is unchanged.
  /// - Precondition: `count` is not negative and not above the free capacity of `pages`.
  /// - Complexity: O(count): one use of the processor's cache if it has so many pages, else under
  ///   the pool's lock; O(bytes) where memory must be cleared. Any thread.
  @inlinable
  public func allocate(
    singlePages count: Int, into pages: inout OutputSpan<IOPage>,
    contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) {
    try IOPage.append(
      count, to: &pages, contents: contents, reclaim: reclaim, tag: tag, of: reference)
  }

  /// Gives all pages of a container back, which is empty afterwards.
  ///
  /// Single pages of this pool go back together, which costs less than dropping them one by one.
  /// Whatever else the container holds, runs and pages of other pools, is dropped as usual.
  ///
  /// - Complexity: O(pages). Any thread.
  @inlinable
  public func free(_ pages: inout OutputSpan<IOPage>) {
    IOPage.freeAll(&pages, to: reference)
  }
}

extension IOPage {
  /// Takes `count` single pages from `pool` and appends them to `pages`: all or none.
  ///
  /// - Precondition: `count` is not negative and not above the free capacity of `pages`.
  @inlinable
  @inline(__always)
  package static func append(
    _ count: Int, to pages: inout OutputSpan<IOPage>, contents: PageContents,
    reclaim: ReclaimPolicy, tag: AllocationTag, of pool: PoolReference
  ) throws(OutOfMemory) {
    precondition(count >= 0, "A number of pages must not be negative.")
    precondition(count <= pages.freeCapacity, "The container has no room for the pages.")
    // The buffer is the span's own, with room for `count` more as was just checked; the elements
    // are initialised before the count says so.
    try unsafe pages.withUnsafeMutableBufferPointer {
      (buffer, initializedCount) throws(OutOfMemory) in
      guard count > 0, let start = buffer.baseAddress else { return }
      let fresh = unsafe start + initializedCount
      // An owner is a record of three words: the type is frozen, and a test holds it to this.
      // A single page in a cache is dirty or known to be zero, so that there is nothing to be recorded.
      let isTaken =
        unsafe contents == .uninitialized && count <= PoolReference.largestCachedCount
        && pool.takeRecordsCached(fresh, wanted: count) != 0
      if !isTaken {
        try unsafe initialize(
          fresh, count: count, contents: contents, reclaim: reclaim, tag: tag, of: pool)
      }
      initializedCount += count
    }
  }

  /// Gives all pages of a container back: those of `pool` together.
  @inlinable
  @inline(__always)
  package static func freeAll(_ pages: inout OutputSpan<IOPage>, to pool: PoolReference) {
    // The buffer is the span's own, and its first `initializedCount` elements are initialised.
    unsafe pages.withUnsafeMutableBufferPointer { buffer, initializedCount in
      guard initializedCount > 0, let start = buffer.baseAddress else { return }
      // What the cache has taken is gone; the rest is dropped.
      let put = unsafe pool.putRecordsCached(start, offered: initializedCount)
      if put < initializedCount {
        unsafe free(start + put, count: initializedCount &- put, to: pool)
      }
      initializedCount = 0
    }
  }

  /// Makes `count` owners of pages as they come, all or none.
  @unsafe
  @usableFromInline
  @inline(never)
  static func initialize(
    _ pages: UnsafeMutablePointer<IOPage>, count: Int, contents: PageContents,
    reclaim: ReclaimPolicy, tag: AllocationTag, of pool: PoolReference
  ) throws(OutOfMemory) {
    var next = unsafe pages
    let isCached = unsafe pool.takeSinglePagesCached(count: count, contents: contents) { address in
      // Called `count` times, if at all; the page is the caller's now.
      unsafe next.initialize(to: IOPage(at: address, pageCount: 1, of: pool))
      unsafe next += 1
    }
    if isCached { return }
    try pool.allocate(singlePages: count, reclaim: reclaim, tag: tag) { frame in
      // As above.
      unsafe next.initialize(to: IOPage(frame..<frame + 1, of: pool))
      unsafe next += 1
    }
    // All of them are initialised.
    for index in 0..<count {
      pool.prepare(unsafe pages[index].frames, contents: contents, tag: tag)
    }
    // As above.
    pool.recordSinglePages(count, tag: tag) { unsafe pages[$0].frames.lowerBound }
  }

  /// Gives the pages of `count` owners back, which are none any more: single pages of `pool` in
  /// batches, all others one by one.
  @unsafe
  @usableFromInline
  @inline(never)
  static func free(
    _ pages: UnsafeMutablePointer<IOPage>, count: Int, to pool: PoolReference
  ) {
    var index = 0
    while index < count {
      let length = unsafe batchLength(pages + index, count: count - index, of: pool)
      if length > 0 {
        // So many single pages of this pool, which nobody else has.
        unsafe pool.freeSinglePages(count: length) { unsafe pages[index + $0].address }
      } else {
        unsafe (pages + index).deinitialize(count: 1)
      }
      index += max(length, 1)
    }
  }

  /// How many of the first owners are of single pages of `pool`.
  @unsafe
  private static func batchLength(
    _ pages: UnsafeMutablePointer<IOPage>, count: Int, of pool: PoolReference
  ) -> Int {
    var length = 0
    while length < count, unsafe pages[length].pageCount == 1,
      unsafe pages[length].pool.pointer == pool.pointer
    {
      length += 1
    }
    return length
  }
}
