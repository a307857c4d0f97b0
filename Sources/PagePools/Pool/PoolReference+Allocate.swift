// Taking pages where no cache could serve: under the lock from the buddy, which fills the cache by
// the way; after sealing, when every cached page has become the buddy's; by the reclaimers; else
// the error.

internal import BuddyAllocator
internal import CPageMemory

extension PoolReference {
  /// Takes `count` pages next to each other, at least one.
  ///
  /// - Returns: the number of the first page.
  package func allocate(
    pages count: Int, contents: PageContents, reclaim: ReclaimPolicy, tag: AllocationTag = .none
  ) throws(OutOfMemory) -> Int {
    let request = PageRequest.run(pages: count)
    var isArriving = false
    let taken = try satisfy(request, reclaim: reclaim, tag: tag) { state -> Int? in
      guard count <= state.available(to: nil), let frame = state.take(request)
      else { return nil }
      isArriving = beginArrival(of: count, &state)
      return frame
    }
    return try deliver(request, at: taken, isArriving: isArriving, contents: contents, tag: tag)
  }

  /// Takes a block of `2^order` pages.
  ///
  /// - Returns: the number of the first page.
  package func allocate(
    order: Int, contents: PageContents, reclaim: ReclaimPolicy, tag: AllocationTag = .none
  ) throws(OutOfMemory) -> Int {
    if hasAddressSanitizer, let frame = takePoisoned(order: order, contents: contents) {
      return frame
    }
    let request = PageRequest.block(order: order)
    var isArriving = false
    let entry = try satisfy(request, reclaim: reclaim, tag: tag) { state -> UInt? in
      if !state.caches.isSealed, order < ProcessorCache.orderCount {
        guard let entry = refill(order: order, &state) else { return nil }
        if entry & PoolReference.partlyKnown != 0 {
          isArriving = beginArrival(of: 1 << order, &state)
        }
        return entry
      }
      guard 1 << order <= state.available(to: nil),
        let frame = state.take(request)
      else { return nil }
      isArriving = beginArrival(of: 1 << order, &state)
      return address(ofFrame: frame) | PoolReference.partlyKnown
    }
    let frame = frame(ofEntry: entry)
    if entry & PoolReference.partlyKnown == 0 {
      prepareCached(entry, order: order, contents: contents)
      return frame
    }
    return try deliver(request, at: frame, isArriving: isArriving, contents: contents, tag: tag)
  }

  /// The last steps of every request for pages next to each other that were taken from the buddy: there
  /// is memory behind them, they hold what was asked for, and whose they are is recorded.
  ///
  /// - Parameters:
  ///   - isArriving: what ``beginArrival(of:_:)`` said of them.
  ///   - client: has the pages on its account.
  /// - Returns: the first page: the one at `frame`, or the first of as many others.
  /// - Throws: ``OutOfMemory/Reason/notBacked``; then the pages are back.
  @inline(__always)
  func deliver(
    _ request: PageRequest, at frame: Int, isArriving: Bool, client: ClientReference? = nil,
    contents: PageContents, tag: AllocationTag
  ) throws(OutOfMemory) -> Int {
    let count = request.pages
    let first = try present(
      frame..<frame + count, request, isArriving: isArriving, client: client)
    prepare(first..<first + count, contents: contents, tag: tag)
    recordBlock(first..<first + count, tag: tag)
    return first
  }

  /// Tries, seals the pool, asks the reclaimers, and tries again each time, until `attempt`
  /// succeeds or nothing helps.
  ///
  /// `attempt` runs with the lock held, and must take nothing if it returns nil.
  @inline(__always)
  func satisfy<R>(
    _ request: PageRequest, reclaim: ReclaimPolicy, tag: AllocationTag,
    attempt: (inout PoolState) -> R?
  ) throws(OutOfMemory) -> R {
    try checkCanEverMeet(request)
    try checkFaults(request, tag)
    let taken = try meet(request, reclaim: reclaim, client: nil, attempt: attempt)
    statistics.add(request.blocks, to: .allocations)
    return taken
  }

  /// The same for a request that the pool could meet and that is not counted if it succeeds.
  @inline(__always)
  func meet<R>(
    _ request: PageRequest, reclaim: ReclaimPolicy, client: ClientReference?,
    attempt: (inout PoolState) -> R?
  ) throws(OutOfMemory) -> R {
    var taken = withLock { state -> R? in
      let taken = state.mayMeet(request, for: client) ? attempt(&state) : nil
      if taken != nil { unsealIfPlenty(&state) }
      return taken
    }
    var failure: OutOfMemory?
    if taken == nil {
      (taken, failure) = reclaimAndRetry(
        request, reclaim: reclaim, client: client, attempt: attempt)
    }
    guard let taken else {
      statistics.add(1, to: .failures)
      guard let failure else { fatalError("A failed request must say why.") }
      throw failure
    }
    return taken
  }

  /// Sees to it that pages that were just taken from the buddy hold what was asked for, and count
  /// as dirty from now on.
  ///
  /// Needs no lock: the pages, and their dirty bits, are the caller's.
  package func prepare(
    _ frames: Range<Int>, contents: PageContents, tag: AllocationTag = .none
  ) {
    if hasAddressSanitizer { unpoison(frames) }
    if isInspected { checkPoison(of: frames) }
    if contents == .zeroed { clear(frames) }
    dirty.insert(frames)
    if isInspected { inspectTaken(frames, tag: tag) }
  }

  /// Clears those pages of a range that are not known to be zero.
  private func clear(_ frames: Range<Int>) {
    var frame = frames.lowerBound
    var cleared = 0
    while frame < frames.upperBound {
      let start = dirty.first(in: frame..<frames.upperBound, where: true)
      guard start < frames.upperBound else { break }
      let end = dirty.first(in: start..<frames.upperBound, where: false)
      // The pages of a pool are mapped and, until they are handed out, ours.
      unsafe page_memory_clear(
        base + start << PagePool.pageShift, (end - start) << PagePool.pageShift)
      cleared += end - start
      frame = end
    }
    if cleared > 0 { statistics.add(cleared, to: .clearedPages) }
    if cleared < frames.count { statistics.add(frames.count - cleared, to: .knownZeroPages) }
  }

  /// Sees to it that a block that was just taken from a cache holds what was asked for.
  ///
  /// - Parameter entry: as the cache had it.
  @usableFromInline
  package func prepareCached(_ entry: UInt, order: Int, contents: PageContents) {
    let pages = 1 << order
    if entry & PoolReference.partlyKnown != 0 {
      let frame = frame(ofEntry: entry)
      return prepare(frame..<frame + pages, contents: contents)
    }
    if hasAddressSanitizer {
      let frame = frame(ofEntry: entry)
      unpoison(frame..<frame + pages)
    }
    guard contents == .zeroed else { return }
    if entry & PoolReference.knownZero != 0 {
      statistics.add(pages, to: .knownZeroPages)
    } else if let block = unsafe UnsafeMutableRawPointer(bitPattern: entry) {
      // The block is mapped and, until it is handed out, ours.
      unsafe page_memory_clear(block, pages << PagePool.pageShift)
      statistics.add(pages, to: .clearedPages)
    }
  }
}
