// Taking pages from a pool: under the lock from the buddy, else by the reclaimers, else the error.

internal import BuddyAllocator
internal import CPageMemory

extension PoolReference {
  /// Takes `count` pages next to each other, at least one.
  ///
  /// - Returns: the number of the first page.
  package func allocate(
    pages count: Int, contents: PageContents, reclaim: ReclaimPolicy
  ) throws(OutOfMemory) -> Int {
    let frame = try satisfy(.run(pages: count), reclaim: reclaim) {
      $0.buddy.allocate(frames: count)
    }
    prepare(frame..<frame + count, contents: contents)
    return frame
  }

  /// Takes a block of `2^order` pages.
  ///
  /// - Returns: the number of the first page.
  package func allocate(
    order: Int, contents: PageContents, reclaim: ReclaimPolicy
  ) throws(OutOfMemory) -> Int {
    let frame = try satisfy(.block(order: order), reclaim: reclaim) {
      $0.buddy.allocate(order: order)
    }
    prepare(frame..<frame + (1 << order), contents: contents)
    return frame
  }

  /// Takes `count` pages, each by itself: all or none.
  ///
  /// `receive` gets the number of each page, with the pool's lock held; what the pages hold is
  /// not looked after: see ``prepare(_:contents:)``.
  package func allocate(
    singlePages count: Int, reclaim: ReclaimPolicy, receive: (Int) -> Void
  ) throws(OutOfMemory) {
    guard count > 0 else { return }
    try satisfy(.singles(count: count), reclaim: reclaim) { state -> Void? in
      guard state.buddy.freeFrameCount >= count else { return nil }
      for _ in 0..<count {
        guard let frame = state.buddy.allocate(order: 0) else {
          fatalError("A free page vanished under the pool's lock.")
        }
        receive(frame)
      }
      return ()
    }
  }

  /// Tries, asks the reclaimers, and tries again, until `attempt` succeeds or nothing helps.
  ///
  /// `attempt` runs with the lock held, and must take nothing if it returns nil.
  @inline(__always)
  private func satisfy<R>(
    _ request: PageRequest, reclaim: ReclaimPolicy, attempt: (inout PoolState) -> R?
  ) throws(OutOfMemory) -> R {
    try checkCanEverMeet(request)
    var taken = withLock { attempt(&$0) }
    var failure: OutOfMemory?
    if taken == nil {
      (taken, failure) = reclaimAndRetry(request, reclaim: reclaim, attempt: attempt)
    }
    guard let taken else {
      statistics.add(1, to: .failures)
      guard let failure else { fatalError("A failed request must say why.") }
      throw failure
    }
    statistics.addEvent(of: .allocations, pages: request.pages, to: .allocatedPages)
    return taken
  }

  /// Sees to it that pages that were just taken hold what was asked for.
  ///
  /// Needs no lock: the pages, and their dirty bits, are the caller's.
  package func prepare(_ frames: Range<Int>, contents: PageContents) {
    guard contents == .zeroed else { return }
    var frame = frames.lowerBound
    var cleared = 0
    while frame < frames.upperBound {
      let start = dirty.first(in: frame..<frames.upperBound, where: true)
      guard start < frames.upperBound else { break }
      let end = dirty.first(in: start..<frames.upperBound, where: false)
      // The pages of a pool are mapped and, until they are handed out, ours.
      unsafe page_memory_fill(
        base + start << PagePool.pageShift, 0, (end - start) << PagePool.pageShift)
      cleared += end - start
      frame = end
    }
    if cleared > 0 { statistics.add(cleared, to: .clearedPages) }
    if cleared < frames.count { statistics.add(frames.count - cleared, to: .knownZeroPages) }
  }
}
