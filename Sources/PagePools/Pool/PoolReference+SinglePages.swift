// Many single pages at once. What a stack has, or has room for, goes through it in one step; the rest
// goes straight to and from the pool under one hold of the lock.

internal import BuddyAllocator

extension PoolReference {
  /// Takes `count` single pages from the stack of this processor, or none if it has fewer.
  ///
  /// - Parameter receive: gets the address of each page, which holds what was asked for.
  /// - Returns: whether they were taken.
  package func takeSinglePagesCached(
    count: Int, contents: PageContents, receive: (UnsafeMutableRawPointer) -> Void
  ) -> Bool {
    guard count > 0, count <= PoolReference.largestCachedCount else { return false }
    return unsafe withUnsafeTemporaryAllocation(of: UInt.self, capacity: count) { entries in
      // The allocation has `count` elements, all of which the cache writes if it has so many.
      guard let start = entries.baseAddress,
        unsafe takeManyCached(order: 0, into: start, wanted: count)
      else { return false }
      for index in 0..<count {
        let entry = unsafe entries[index]
        prepareCached(entry, order: 0, contents: contents)
        if let page = unsafe UnsafeMutableRawPointer(bitPattern: entry & ~3) {
          unsafe receive(page)
        }
      }
      return true
    }
  }

  /// Takes `count` pages, each by itself: all or none.
  ///
  /// `receive` gets the number of each page, with the pool's lock held; what the pages hold is
  /// not looked after, nor recorded: see ``prepare(_:contents:tag:)`` and
  /// ``recordSinglePages(_:tag:frame:)``.
  package func allocate(
    singlePages count: Int, reclaim: ReclaimPolicy, tag: AllocationTag = .none,
    receive: (Int) -> Void
  ) throws(OutOfMemory) {
    guard count > 0 else { return }
    var maybeAbsent: [Int] = []
    var isArriving = false
    let request = PageRequest.singles(count: count)
    try satisfy(request, reclaim: reclaim, tag: tag) { state -> Void? in
      guard state.available(to: nil) + state.depots.singlePageCount >= count else { return nil }
      func hand(_ frame: Int) {
        if state.trimming.absentPages == 0 { receive(frame) } else { maybeAbsent.append(frame) }
      }
      if state.inspection != nil {
        for missing in (0..<count).reversed() { hand(state.takeSinglePage(sparing: missing)) }
        isArriving = beginArrival(of: count, &state)
        return ()
      }
      var missing = count
      while missing > 0 {
        let blocks = state.takeBlocks(order: 0, atMost: missing)
        guard blocks.starts != 0 else { fatalError("A free page vanished under the pool's lock.") }
        var starts = blocks.starts
        while starts != 0 {
          let frame = blocks.firstFrame + starts.trailingZeroBitCount
          hand(frame)
          starts &= starts - 1
          missing -= 1
        }
      }
      isArriving = beginArrival(of: count, &state)
      return ()
    }
    guard !maybeAbsent.isEmpty else { return }
    for frame in try present(singles: maybeAbsent, isArriving: isArriving) { receive(frame) }
  }

  /// Gives `count` single pages back. In a forked child this does nothing.
  ///
  /// - Parameter page: the address of the page of an index below `count`.
  package func freeSinglePages(count: Int, page: (Int) -> UnsafeMutableRawPointer) {
    guard isOwnedByThisProcess else { return }
    let step = PoolReference.largestCachedCount
    unsafe withUnsafeTemporaryAllocation(of: UInt.self, capacity: step) { entries in
      guard let start = entries.baseAddress else { return }
      var first = 0
      while first < count {
        let length = min(step, count - first)
        // The allocation has `step` elements.
        for index in 0..<length {
          unsafe entries[index] = UInt(bitPattern: page(first + index))
        }
        if hasAddressSanitizer, !isInspected {
          // The elements that were just written.
          unsafe poison(Span(_unsafeStart: UnsafePointer(start), count: length))
        }
        let put = unsafe putManyCached(order: 0, from: start, offered: length)
        if put < length {
          // Elements of the allocation, which is not changed meanwhile.
          let rest = unsafe Span(_unsafeStart: UnsafePointer(start + put), count: length - put)
          freeSinglePages(rest)
        }
        first += length
      }
    }
  }

  /// Gives single pages back that no stack had room for.
  private func freeSinglePages(_ entries: Span<UInt>) {
    if isInspected || isRecoverable {
      for index in entries.indices {
        let frame = frame(ofEntry: entries[index])
        free(frame..<frame + 1)
      }
      return
    }
    statistics.add(entries.count, to: .frees)
    let isLast = withLock { state -> Bool in
      settle(entries, order: 0, &state)
      unsealIfPlenty(&state)
      return state.isClosed && state.isIdle
    }
    if isLast { tearDown() }
  }
}
