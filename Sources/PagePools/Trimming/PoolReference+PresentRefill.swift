// Filling a stack while some free pages are absent. What a cache holds can be handed out at once, so
// that it must not hold pages whose memory has to be brought in first.

internal import BuddyAllocator

extension PoolReference {
  /// Takes a block of a cached order out of an unsealed pool, and fills the stack of this processor
  /// with others as far as they can be handed out as they are.
  ///
  /// - Returns: the entry; nil if neither the depot nor the buddy has such a block. An absent block
  ///   is an entry with `partlyKnown`.
  @inline(never)
  func refillWithPresent(order: Int, batch: Int, _ state: inout PoolState) -> UInt? {
    unsafe withUnsafeTemporaryAllocation(of: UInt.self, capacity: batch) { entries -> UInt? in
      // One group is enough: absent blocks that go back to the buddy would only be chosen again.
      let blocks = state.takeBlocks(order: order, atMost: batch)
      guard blocks.starts != 0, let start = entries.baseAddress else { return nil }
      var count = 0
      var absentFrame: Int?
      var starts = blocks.starts
      while starts != 0 {
        let frame = blocks.firstFrame + starts.trailingZeroBitCount << blocks.shift
        starts &= starts - 1
        if !canBeCached(frame..<frame + 1 << order, &state) {
          // The first one is kept for the client, in case there is no other.
          if absentFrame == nil {
            absentFrame = frame
          } else {
            state.giveBack(frame..<frame + 1 << order)
          }
        } else {
          // At most `batch` blocks were taken.
          unsafe start[count] = address(ofFrame: frame) | tag(frame, order: order)
          count += 1
        }
      }
      guard count > 0 else {
        return absentFrame.map { address(ofFrame: $0) | PoolReference.partlyKnown }
      }
      if let absentFrame { state.giveBack(absentFrame..<absentFrame + 1 << order) }
      // The entries that were just written.
      if count > 1 { unsafe stack(start + 1, count: count - 1, order: order, &state) }
      return unsafe start.pointee
    }
  }

  /// Whether pages that have left the buddy can be handed out as they are.
  private func canBeCached(_ frames: Range<Int>, _ state: inout PoolState) -> Bool {
    guard isAbsent(anyOf: frames) else { return true }
    guard backing.populate == nil else { return false }
    clearAbsence(of: frames, &state)
    return true
  }
}
