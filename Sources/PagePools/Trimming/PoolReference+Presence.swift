// Pages whose memory was given back, on their way to a client. Where a page's memory comes when it is
// touched, there is nothing to do. Where more was promised, the memory is brought in first, without the
// lock; if the kernel has none, pages take their place that have memory behind them, if there are any.

internal import BuddyAllocator

extension PoolReference {
  /// How much is brought in at once, since asking the kernel costs as much for a page: 2 MiB.
  private static var populatedOrder: Int { 9 }

  /// Sees to it that pages that were just taken from the buddy can be handed out.
  ///
  /// - Returns: the first page: of the same ones, or of as many others.
  /// - Throws: ``OutOfMemory/Reason/notBacked``; then the pages are back.
  @inline(__always)
  func present(_ frames: Range<Int>, _ request: PageRequest) throws(OutOfMemory) -> Int {
    guard mayHaveAbsentPages, isAbsent(anyOf: frames) else { return frames.lowerBound }
    return try bringIn(frames, request)
  }

  @inline(never)
  private func bringIn(_ frames: Range<Int>, _ request: PageRequest) throws(OutOfMemory) -> Int {
    if populate(frames) { return frames.lowerBound }
    let other = withLock { state -> Int? in
      seal(&state)
      var refused = [frames]
      defer {
        takeBack(refused, &state)
        unsealIfPlenty(&state)
      }
      while let frame = state.buddy.allocate(frames: frames.count) {
        guard isAbsent(anyOf: frame..<frame + frames.count) else { return frame }
        refused.append(frame..<frame + frames.count)
      }
      return nil
    }
    guard let other else { throw notBacked(request) }
    return other
  }

  /// The same for single pages: returns as many that can be handed out, or throws.
  func present(singles frames: [Int]) throws(OutOfMemory) -> [Int] {
    var isPresent = true
    for frame in frames where isPresent && isAbsent(anyOf: frame..<frame + 1) {
      isPresent = populate(frame..<frame + 1)
    }
    guard !isPresent else { return frames }
    let others = withLock { state -> [Int]? in
      seal(&state)
      var present: [Int] = []
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
      let suffices = present.count == frames.count
      if !suffices { for frame in present { refused.append(frame..<frame + 1) } }
      takeBack(refused, &state)
      unsealIfPlenty(&state)
      return suffices ? present : nil
    }
    guard let others else { throw notBacked(.singles(count: frames.count)) }
    return others
  }

  private func takeBack(_ blocks: [Range<Int>], _ state: inout PoolState) {
    for frames in blocks {
      do throws(InvalidFree) {
        try state.buddy.free(frames)
      } catch {
        PoolReference.refuse(error)
      }
    }
  }

  private func notBacked(_ request: PageRequest) -> OutOfMemory {
    // It was counted as met.
    statistics.add(-request.blocks, to: .allocations)
    statistics.add(1, to: .failures)
    return refusal(request, reason: .notBacked)
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
    if around != needed, let changes, populate(around) {
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
