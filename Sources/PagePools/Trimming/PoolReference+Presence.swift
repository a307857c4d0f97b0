// Pages whose memory was given back, on their way to a client. Where a page's memory comes when it is
// touched, there is nothing to do. Where more was promised, the memory is brought in first, without the
// lock; if the kernel has none, pages take their place that have memory behind them, if there are any.

internal import BuddyAllocator

extension PoolReference {
  /// How much is brought in at once, since asking the kernel costs as much for a page: 2 MiB.
  private static var populatedOrder: Int { 9 }

  /// Sees to it that pages that were just taken from the buddy can be handed out.
  ///
  /// - Parameters:
  ///   - isArriving: what ``beginArrival(of:_:)`` said of them.
  ///   - client: has the pages on its account, from which they go if they are put back.
  /// - Returns: the first page: of the same ones, or of as many others.
  /// - Throws: ``OutOfMemory/Reason/notBacked``; then the pages are back.
  @inline(__always)
  func present(
    _ frames: Range<Int>, _ request: PageRequest, isArriving: Bool, client: ClientReference? = nil
  ) throws(OutOfMemory) -> Int {
    guard isArriving || mayHaveAbsentPages && isAbsent(anyOf: frames) else {
      return frames.lowerBound
    }
    return try bringIn(frames, request, isArriving: isArriving, client: client)
  }

  @inline(never)
  private func bringIn(
    _ frames: Range<Int>, _ request: PageRequest, isArriving: Bool, client: ClientReference?
  ) throws(OutOfMemory) -> Int {
    if !isAbsent(anyOf: frames) || populate(frames) {
      if isArriving { withLock { endArrival(of: frames.count, &$0) } }
      return frames.lowerBound
    }
    var other: Int?
    let failure = withLock { state -> OutOfMemory? in
      collect(&state)
      var refused = [frames]
      while other == nil, let frame = state.buddy.allocate(frames: frames.count) {
        let found = frame..<frame + frames.count
        if isAbsent(anyOf: found) { refused.append(found) } else { other = frame }
      }
      return putBack(
        refused, request, isArriving ? frames.count : 0, client: client, isMet: other != nil,
        &state)
    }
    if let failure { throw notBacked(request, failure) }
    guard let other else { fatalError("A request that did not fail has pages.") }
    return other
  }

  /// The same for single pages: returns as many that can be handed out, or throws.
  func present(
    singles frames: [Int], isArriving: Bool, client: ClientReference? = nil
  ) throws(OutOfMemory) -> [Int] {
    var isPresent = true
    for frame in frames where isPresent && isAbsent(anyOf: frame..<frame + 1) {
      isPresent = populate(frame..<frame + 1)
    }
    guard !isPresent else {
      if isArriving { withLock { endArrival(of: frames.count, &$0) } }
      return frames
    }
    let request = PageRequest.singles(count: frames.count)
    var present: [Int] = []
    let failure = withLock { state -> OutOfMemory? in
      collect(&state)
      var refused: [Range<Int>] = []
      func sort(_ frame: Int) {
        if isAbsent(anyOf: frame..<frame + 1) {
          refused.append(frame..<frame + 1)
        } else {
          present.append(frame)
        }
      }
      for frame in frames { sort(frame) }
      while present.count < frames.count, let frame = state.buddy.allocate(order: 0) { sort(frame) }
      let isMet = present.count == frames.count
      if !isMet { for frame in present { refused.append(frame..<frame + 1) } }
      return putBack(
        refused, request, isArriving ? frames.count : 0, client: client, isMet: isMet, &state)
    }
    if let failure { throw notBacked(request, failure) }
    return present
  }

  /// Puts pages back that cannot be handed out. All in one hold of the lock: nobody must find them in
  /// the buddy before they are promised to the client again whose they were.
  ///
  /// - Parameter arriving: the pages that were recorded as arriving.
  /// - Returns: the error, unless the request is met by others.
  private func putBack(
    _ blocks: [Range<Int>], _ request: PageRequest, _ arriving: Int, client: ClientReference?,
    isMet: Bool, _ state: inout PoolState
  ) -> OutOfMemory? {
    for frames in blocks { state.giveBack(frames) }
    // The view exists, or nobody could ask: the account stays.
    if !isMet, let client { _ = state.credit(request.pages, to: client) }
    if arriving > 0 { endArrival(of: arriving, &state) }
    unsealIfPlenty(&state)
    return isMet
      ? nil : PoolReference.failure(request, state: state, client: client, reason: .notBacked)
  }

  private func notBacked(_ request: PageRequest, _ failure: OutOfMemory) -> OutOfMemory {
    // It was counted as met.
    statistics.add(-request.blocks, to: .allocations)
    statistics.add(1, to: .failures)
    return failure
  }

  /// Brings memory in behind pages that the caller has, and while at it behind their neighbours.
  private func populate(_ frames: Range<Int>) -> Bool {
    guard let populate = backing.populate else {
      withLock { clearAbsence(of: frames, &$0) }
      return true
    }
    let (managed, changes) = withLock { state -> (Int, UInt?) in
      let isQuiet = state.trimming.pagesOut == 0
      return (state.buddy.managedFrameCount, isQuiet ? state.trimming.changes : nil)
    }
    func rounded(toOrder order: Int) -> Range<Int> {
      let mask = 1 << order - 1
      return frames.lowerBound & ~mask..<min((frames.upperBound + mask) & ~mask, managed)
    }
    let needed = rounded(toOrder: backing.unitOrder)
    let around = rounded(toOrder: max(backing.unitOrder, PoolReference.populatedOrder))
    if around != needed, backing.bringsMemoryIn, let changes, populate(around) {
      withLock { state in
        // What a trim has discarded since then is absent again.
        let isCurrent = state.trimming.changes == changes
        clearAbsence(of: isCurrent ? around : frames, &state)
      }
      return true
    }
    guard populate(needed) else { return false }
    withLock { clearAbsence(of: frames, &$0) }
    return true
  }
}
