// What happens when a stack is empty, or full: a batch of blocks is moved between it and the pool,
// under the lock, so that its cost is shared by all of them.

internal import BuddyAllocator
internal import CPageMemory
internal import Synchronization

extension PoolReference {
  /// All of the block is known to be zero, though the dirty bitmap says that it was handed out.
  static var knownZero: UInt { 1 }
  /// The dirty bitmap knows which pages of the block are zero.
  @inlinable package static var partlyKnown: UInt { 2 }

  /// Takes a block of a cached order out of an unsealed pool, and fills the stack of this processor
  /// while it is at it.
  ///
  /// - Returns: the entry; nil if neither the depot nor the buddy has such a block.
  func refill(order: Int, _ state: inout PoolState) -> UInt? {
    var batch = activateCurrentCache(&state) ? state.caches.batch(order: order) : 1
    if state.reserved > 0 {
      // What is promised to clients must not leave the buddy.
      batch = min(batch, state.available(to: nil) >> order)
      guard batch > 0 else { return nil }
    }
    guard state.trimming.absentPages == 0 else {
      return refillWithPresent(order: order, batch: batch, &state)
    }
    return unsafe withUnsafeTemporaryAllocation(of: UInt.self, capacity: batch) { entries in
      guard let start = entries.baseAddress else { return nil }
      // A batch of entries is written from the end of the allocation on, so that what was taken
      // first is the client's, and what comes after it lies on top of the stack.
      let end = unsafe start + batch
      var next = unsafe end
      while unsafe next > start {
        let blocks = state.takeBlocks(order: order, atMost: unsafe next - start)
        guard blocks.starts != 0 else { break }
        unsafe write(blocks, order: order, before: &next)
      }
      let count = unsafe end - next
      guard count > 0 else { return nil }
      if count > 1 { unsafe stack(next, count: count - 1, order: order, &state) }
      return unsafe end[-1]
    }
  }

  /// Puts blocks from the pool on the stack of this processor.
  @unsafe
  func stack(
    _ entries: UnsafeMutablePointer<UInt>, count: Int, order: Int, _ state: inout PoolState
  ) {
    // The caller has so many entries, and does not change them meanwhile.
    let put = unsafe putManyCached(order: order, from: entries, offered: count)
    state.caches.supplied[order] += put
    // The processor is another one by now, or somebody else has filled its stack.
    if put < count {
      let rest = unsafe Span(_unsafeStart: UnsafePointer(entries + put), count: count - put)
      settle(rest, order: order, &state)
    }
  }

  /// Takes a block of a cached order back into an unsealed pool: its stack was full, or not in use.
  func flush(_ block: UInt, order: Int, _ state: inout PoolState) {
    let excess = activateCurrentCache(&state) ? state.caches.excess(order: order) : 0
    unsafe withUnsafeTemporaryAllocation(of: UInt.self, capacity: excess + 1) { entries in
      guard let start = entries.baseAddress else { return }
      // The first element is the block, behind it is room for what the stack gives.
      unsafe start.pointee = block
      var rest = unsafe Span(_unsafeStart: UnsafePointer(start), count: 1)
      if excess > 0 {
        if unsafe takeManyCached(order: order, into: start + 1, wanted: excess) {
          state.caches.flushed[order] += excess
          rest = unsafe Span(_unsafeStart: UnsafePointer(start), count: excess + 1)
        }
        // The first element.
        if unsafe putManyCached(order: order, from: start, offered: 1) == 1 {
          state.caches.supplied[order] += 1
          rest = rest.extracting(1..<rest.count)
        }
      }
      if !rest.isEmpty { settle(rest, order: order, &state) }
    }
  }

  /// Sees to it that the cache of this processor is in use. Returns false if it can have none.
  private func activateCurrentCache(_ state: inout PoolState) -> Bool {
    let processor = Int(page_memory_current_processor(unsafe head.pointee.number))
    guard state.caches.admits(processor) else { return false }
    if state.caches.active.contains(processor) { return true }
    state.caches.active.insert(processor)
    setRooms(of: processor, state)
    if state.caches.method == .exchange { cache(processor).relinquish() }
    return true
  }

  /// Tells the caches in use how much they may hold now. The pool is sealed.
  func updateRooms(_ state: borrowing PoolState) {
    for processor in state.caches.active { setRooms(of: processor, state) }
  }

  private func setRooms(of processor: Int, _ state: borrowing PoolState) {
    let cache = cache(processor)
    for order in 0..<ProcessorCache.orderCount {
      unsafe cache.room(order).pointee.store(state.caches.rooms[order], ordering: .relaxed)
    }
  }

  /// Writes the cached forms of blocks that come from the buddy, the first one last.
  @unsafe
  @inline(__always)
  private func write(
    _ blocks: BlocksTaken, order: Int, before next: inout UnsafeMutablePointer<UInt>
  ) {
    let first = address(ofFrame: blocks.firstFrame)
    let shift = UInt(blocks.shift + PagePool.pageShift)
    // If the word that tells of the frames has every bit, all blocks are dirty.
    let areDirty = blocks.shift == 0 && dirty.containsAll(inWordOf: blocks.firstFrame)
    var starts = blocks.starts
    if starts == .max, areDirty {
      // A whole group of single pages.
      unsafe next -= 64
      for place in 0..<64 {
        // The caller has room for as many as it has taken.
        unsafe next[63 &- place] = first &+ UInt(bitPattern: place) &<< shift
      }
      return
    }
    while starts != 0 {
      let place = starts.trailingZeroBitCount
      starts &= starts &- 1
      unsafe next -= 1
      // The caller has room for as many as it has taken.
      unsafe next.pointee = first &+ UInt(bitPattern: place) &<< shift
      if !areDirty {
        unsafe next.pointee |= tag(blocks.firstFrame &+ place &<< blocks.shift, order: order)
      }
    }
  }

  /// What is known of the contents of a block from the buddy, whose pages count as dirty from now
  /// on.
  func tag(_ frame: Int, order: Int) -> UInt {
    if order == 0, dirty.contains(frame) { return 0 }
    let frames = frame..<frame + 1 << order
    if dirty.first(in: frames, where: false) == frames.upperBound { return 0 }
    guard dirty.first(in: frames, where: true) == frames.upperBound else {
      return PoolReference.partlyKnown
    }
    dirty.insert(frames)
    return PoolReference.knownZero
  }
}
