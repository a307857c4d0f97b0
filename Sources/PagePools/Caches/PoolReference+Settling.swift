// Blocks that leave the caches: to the depot of their order, or to the buddy.

internal import BuddyAllocator

extension PoolState {
  /// Takes up to `count` neighbouring blocks of an order out of the depot, or else the buddy.
  mutating func takeBlocks(order: Int, atMost count: Int) -> BlocksTaken {
    if depots.accepts(order: order) {
      let blocks = depots.takeBlocks(order: order, atMost: count)
      if blocks.starts != 0 { return blocks }
    }
    return buddy.takeBlocks(order: order, atMost: count)
  }

  /// Gives frames that are out back to the buddy.
  mutating func giveBack(_ frames: Range<Int>) {
    do throws(InvalidFree) {
      if let end = inspection?.removeGuard(behind: frames) { try buddy.free(end) }
      try buddy.free(frames)
    } catch {
      PoolReference.refuse()
    }
  }
}

extension PoolReference {
  /// Takes blocks that are in no cache any more back into the pool.
  ///
  /// - Parameter entries: as the cache had them; at most 128.
  func settle(_ entries: Span<UInt>, order: Int, _ state: inout PoolState) {
    var tags: UInt = 0
    for index in entries.indices { tags |= entries[index] }
    if tags & PoolReference.knownZero != 0 { takeBackDirt(of: entries, order: order) }
    do throws(InvalidFree) {
      if state.depots.accepts(order: order), !state.caches.isSealed {
        // The low bits of an entry are below a page's length, and fall off in the division.
        let base = unsafe UInt(bitPattern: base)
        try state.depots.insert(entries, base: base, order: order, buddy: &state.buddy)
      } else {
        for index in entries.indices {
          try state.buddy.free(frame(ofEntry: entries[index]), order: order)
        }
      }
    } catch {
      PoolReference.refuse()
    }
  }

  /// Takes back what was said of blocks when they left the buddy, but nobody has written to.
  private func takeBackDirt(of entries: Span<UInt>, order: Int) {
    for index in entries.indices where entries[index] & PoolReference.knownZero != 0 {
      let frame = frame(ofEntry: entries[index])
      dirty.remove(frame..<frame + 1 << order)
    }
  }

  /// Ends the process: pages came back that are not out.
  static func refuse() -> Never {
    fatalError("Pages were given back to a pool that are not out: freed twice, or not its own.")
  }

  /// The address of a frame of the pool's.
  @inline(__always)
  func address(ofFrame frame: Int) -> UInt {
    // The caller has the frame from the buddy, or from a page.
    unsafe UInt(bitPattern: base + frame << PagePool.pageShift)
  }

  /// The first frame of a cached block.
  @inline(__always)
  func frame(ofEntry entry: UInt) -> Int {
    // A block's address is not below the base of its pool.
    unsafe Int(bitPattern: (entry & ~3) &- UInt(bitPattern: base)) >> PagePool.pageShift
  }
}
