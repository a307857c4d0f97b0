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
}

extension PoolReference {
  /// Takes blocks that are in no cache any more back into the pool.
  ///
  /// - Parameter entries: as the cache had them; at most 128.
  func settle(_ entries: Span<UInt>, order: Int, _ state: inout PoolState) {
    if state.depots.accepts(order: order), !state.caches.isSealed {
      deposit(entries, order: order, &state)
    } else {
      for index in entries.indices {
        do throws(InvalidFree) {
          try state.buddy.free(returnedFrame(of: entries[index], order: order), order: order)
        } catch {
          PoolReference.refuse(error)
        }
      }
    }
  }

  private func deposit(_ entries: Span<UInt>, order: Int, _ state: inout PoolState) {
    unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: entries.count) { frames in
      // There are as many frames as entries.
      for index in entries.indices {
        unsafe frames[index] = returnedFrame(of: entries[index], order: order)
      }
      do throws(InvalidFree) {
        let frames = unsafe Span(_unsafeElements: frames)
        try state.depots.insert(frames, order: order, buddy: &state.buddy)
      } catch {
        PoolReference.refuse(error)
      }
    }
  }

  /// The first frame of a block that leaves a cache for the pool.
  @inline(__always)
  private func returnedFrame(of entry: UInt, order: Int) -> Int {
    let frame = frame(ofEntry: entry)
    // Nobody has written to it, so that what was said of it when it left the buddy is taken back.
    if entry & PoolReference.knownZero != 0 { dirty.remove(frame..<frame + 1 << order) }
    return frame
  }

  /// Ends the process: pages came back that are not out.
  static func refuse(_ error: InvalidFree) -> Never {
    fatalError("Pages were given back to a pool that are not out: freed twice, or not its own.")
  }

  /// The first frame of a cached block.
  @inline(__always)
  func frame(ofEntry entry: UInt) -> Int {
    // A block's address is not below the base of its pool.
    unsafe Int(bitPattern: (entry & ~3) &- UInt(bitPattern: base)) >> PagePool.pageShift
  }
}
