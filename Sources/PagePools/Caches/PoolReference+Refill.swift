// What happens when a stack is empty, or full: a batch of blocks is moved between it and the pool,
// under the lock, so that its cost is shared by all of them.

internal import BuddyAllocator
internal import Synchronization

extension PoolReference {
  /// All of the block is known to be zero, though the dirty bitmap says that it was handed out.
  static var knownZero: UInt { 1 }
  /// The dirty bitmap knows which pages of the block are zero.
  @inlinable package static var partlyKnown: UInt { 2 }

  /// Takes a block of a cached order out of an unsealed pool, and fills the stack of this processor
  /// while it is at it.
  ///
  /// - Returns: the first frame; nil if neither the depot nor the buddy has such a block.
  func refill(order: Int, _ state: inout PoolState) -> Int? {
    guard let first = state.buddy.allocate(order: order) else { return nil }
    let batch = state.caches.batch(order: order)
    guard batch > 1, activateCurrentCache(&state) else { return first }
    var entries = InlineArray<64, UInt>(repeating: 0)
    var count = 0
    while count < batch - 1, let frame = state.buddy.allocate(order: order) {
      entries[count] = makeEntry(frame, order: order)
      count += 1
    }
    guard count > 0 else { return first }
    var span = entries.mutableSpan
    // The span has `count` entries.
    let put = unsafe span.withUnsafeMutableBufferPointer { entries in
      guard let start = entries.baseAddress else { return 0 }
      return unsafe putManyCached(order: order, from: start, offered: count)
    }
    state.caches.supplied[order] += put
    // The processor is another one by now, or somebody else has filled its stack.
    for index in put..<max(put, count) { settle(entries[index], order: order, &state.buddy) }
    return first
  }

  /// Takes a block of a cached order back into an unsealed pool: its stack was full, or not in use.
  func flush(_ block: UInt, order: Int, _ state: inout PoolState) {
    guard state.caches.rooms[order] > 0, activateCurrentCache(&state) else {
      return settle(block, order: order, &state.buddy)
    }
    let half = (Int(state.caches.rooms[order]) + 1) / 2
    var entries = InlineArray<64, UInt>(repeating: 0)
    var span = entries.mutableSpan
    // Half of a stack is at most 64 entries.
    let isTaken = unsafe span.withUnsafeMutableBufferPointer { entries in
      guard let start = entries.baseAddress else { return false }
      return unsafe takeManyCached(order: order, into: start, wanted: half)
    }
    if isTaken {
      state.caches.flushed[order] += half
      for index in 0..<half { settle(entries[index], order: order, &state.buddy) }
    }
    if putCached(block, order: order) {
      state.caches.supplied[order] += 1
    } else {
      settle(block, order: order, &state.buddy)
    }
  }

  /// Sees to it that the cache of this processor is in use. Returns false if it can have none.
  private func activateCurrentCache(_ state: inout PoolState) -> Bool {
    let processor = Platform.processorNumber
    guard processor < state.caches.processorCount else { return false }
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

  /// The cached form of a block that comes from the buddy, whose pages count as dirty from now on.
  private func makeEntry(_ frame: Int, order: Int) -> UInt {
    // The frame is the pool's.
    let address = unsafe UInt(bitPattern: base + frame << PagePool.pageShift)
    let frames = frame..<frame + 1 << order
    if dirty.first(in: frames, where: false) == frames.upperBound { return address }
    guard dirty.first(in: frames, where: true) == frames.upperBound else {
      return address | PoolReference.partlyKnown
    }
    dirty.insert(frames)
    return address | PoolReference.knownZero
  }
}
