// The operations of a cache by its token: one exchange, and one store to put it back. What lies
// between is plain memory that the token guards.

public import Synchronization

extension ProcessorCache {
  /// Gets the token, if nobody has it.
  @inlinable
  @inline(__always)
  func tryAcquire() -> Bool {
    unsafe token.pointee.exchange(0, ordering: .acquiring) != 0
  }

  @inlinable
  @inline(__always)
  func relinquish() {
    unsafe token.pointee.store(1, ordering: .releasing)
  }

  /// Takes the block on top of a stack. Returns the entry; 0 if there is none.
  @inlinable
  @inline(__always)
  func take(order: Int) -> UInt {
    guard tryAcquire() else { return 0 }
    let word = unsafe word(order)
    let old = unsafe word.pointee.load(ordering: .relaxed)
    var taken: UInt = 0
    if old & 255 != 0 {
      taken = unsafe entry(order, Int(truncatingIfNeeded: old & 255) &- 1).pointee
      unsafe word.pointee.store(old &+ 255, ordering: .relaxed)
    }
    relinquish()
    return taken
  }

  /// Puts a block on a stack. Returns whether there was room.
  @inlinable
  @inline(__always)
  func put(_ block: UInt, order: Int) -> Bool {
    guard tryAcquire() else { return false }
    let word = unsafe word(order)
    let old = unsafe word.pointee.load(ordering: .relaxed)
    let room = unsafe UInt64(room(order).pointee.load(ordering: .relaxed))
    let hasRoom = old & 255 < room
    if hasRoom {
      unsafe entry(order, Int(truncatingIfNeeded: old & 255)).pointee = block
      unsafe word.pointee.store(old &+ 1, ordering: .relaxed)
    }
    relinquish()
    return hasRoom
  }

  /// Takes `wanted` blocks, or none if there are fewer.
  ///
  /// - Parameter entries: where they are written to.
  @unsafe
  func takeMany(
    order: Int, into entries: UnsafeMutablePointer<UInt>, wanted: Int
  ) -> Bool {
    guard tryAcquire() else { return false }
    defer { relinquish() }
    let word = unsafe word(order)
    let old = unsafe word.pointee.load(ordering: .relaxed)
    let count = Int(old & 255)
    guard count >= wanted else { return false }
    for index in 0..<wanted {
      unsafe entries[index] = entry(order, count &- 1 &- index).pointee
    }
    unsafe word.pointee.store(old &+ UInt64(wanted) &* 255, ordering: .relaxed)
    return true
  }

  /// Puts as many blocks on a stack as there is room for. Returns how many.
  @unsafe
  func putMany(
    order: Int, from entries: UnsafePointer<UInt>, offered: Int
  ) -> Int {
    guard tryAcquire() else { return 0 }
    defer { relinquish() }
    let word = unsafe word(order)
    let old = unsafe word.pointee.load(ordering: .relaxed)
    let count = Int(old & 255)
    let room = unsafe Int(room(order).pointee.load(ordering: .relaxed))
    let put = min(offered, room - count)
    guard put > 0 else { return 0 }
    for index in 0..<put {
      unsafe entry(order, count &+ index).pointee = entries[index]
    }
    unsafe word.pointee.store(old &+ UInt64(put), ordering: .relaxed)
    return put
  }
}
